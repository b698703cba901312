"""A static method called on an instance, whose class only the run knows."""

EXPECT = ("uncompilable-call", 43, 'called on an instance')

REWRITE = '''
from dataclasses import dataclass

from warren import Workflow, workflow


@dataclass
class Record:
    x: int

    @staticmethod
    def unit():
        return Record(1)


@workflow
class RewrittenStaticMethodOfInstance(Workflow):
    async def run(self, record: Record):
        return Record.unit()
'''

from dataclasses import dataclass

from warren import Workflow, workflow


@dataclass
class Record:
    x: int

    @staticmethod
    def unit():
        return Record(1)


@workflow
class RefusedStaticMethodOfInstance(Workflow):
    async def run(self, record: Record):
        return record.unit()
