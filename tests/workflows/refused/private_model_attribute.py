"""A method of a model that uses a private attribute of it."""

EXPECT = ("uncompilable-call", 41, 'Counter.bump cannot be compiled')

REWRITE = '''
from pydantic import BaseModel

from warren import Workflow, workflow


class Counter(BaseModel):
    count: int = 0

    def bump(self):
        self.count += 1
        return self.count


@workflow
class RewrittenPrivateModelAttribute(Workflow):
    async def run(self, counter: Counter):
        return counter.bump()
'''

from pydantic import BaseModel, PrivateAttr

from warren import Workflow, workflow


class Counter(BaseModel):
    _count: int = PrivateAttr(0)

    def bump(self):
        self._count += 1
        return self._count


@workflow
class RefusedPrivateModelAttribute(Workflow):
    async def run(self, counter: Counter):
        return counter.bump()
