"""`super()` in a class that is no workflow, overriding a method that could be compiled."""

EXPECT = ("uncompilable-call", 58, 'Sub.bump cannot be compiled')

REWRITE = '''
from dataclasses import dataclass

from warren import Workflow, workflow


@dataclass
class Base:
    n: int = 0

    def bump(self):
        self.n += 1


@dataclass
class Sub(Base):
    def bump(self):
        Base.bump(self)
        self.n *= 2


@workflow
class RewrittenSuperInRecord(Workflow):
    async def run(self):
        one = Sub()
        one.bump()
        return one
'''

from dataclasses import dataclass

from warren import Workflow, workflow


@dataclass
class Base:
    n: int = 0

    def bump(self):
        self.n += 1


@dataclass
class Sub(Base):
    def bump(self):
        super().bump()
        self.n *= 2


@workflow
class RefusedSuperInRecord(Workflow):
    async def run(self):
        one = Sub()
        one.bump()
        return [one, Base()]
