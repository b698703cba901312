"""A mutable default of a helper."""

EXPECT = ("mutable-capture", 32, 'items is a list outside the workflow')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


def helper(x, items=None):
    return [*(items or []), x]


@workflow
class RewrittenMutableDefault(Workflow):
    async def run(self, x):
        return helper(x)
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


def helper(x, items=[]):
    return [*items, x]


@workflow
class RefusedMutableDefault(Workflow):
    async def run(self, x):
        return helper(x)
