"""A dict outside the workflow."""

EXPECT = ("mutable-capture", 37, 'TABLE is a dict outside the workflow')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


TABLE = (("a", 1),)


@workflow
class RewrittenMutableDict(Workflow):
    async def run(self, x):
        return dict(TABLE)[x]
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


TABLE = {"a": 1}


@workflow
class RefusedMutableDict(Workflow):
    async def run(self, x):
        return TABLE[x]
