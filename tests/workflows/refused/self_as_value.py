"""The workflow passed on."""

EXPECT = ("self-escape", 43, 'self is the workflow itself')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


def helper(limit, x):
    return x


@workflow
class RewrittenSelfAsValue(Workflow):
    limit = 3

    async def run(self, x):
        return helper(self.limit, x)
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


def helper(limit, x):
    return x


@workflow
class RefusedSelfAsValue(Workflow):
    limit = 3

    async def run(self, x):
        return helper(self, x)
