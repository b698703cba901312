"""A bare `raise` with nothing to raise again."""

EXPECT = ("bare-raise", 31, 'a bare `raise` outside an `except`')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenBareRaise(Workflow):
    async def run(self, x):
        raise ValueError("wrong")
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedBareRaise(Workflow):
    async def run(self, x):
        raise
