"""A list outside the workflow."""

EXPECT = ("mutable-capture", 37, 'NAMES is a list outside the workflow')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


NAMES = ("a", "b")


@workflow
class RewrittenMutableList(Workflow):
    async def run(self, x):
        return NAMES[x]
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


NAMES = ["a", "b"]


@workflow
class RefusedMutableList(Workflow):
    async def run(self, x):
        return NAMES[x]
