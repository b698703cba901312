"""A name that does not exist yet."""

EXPECT = ("undefined-name", 35, 'helper is not defined when the workflow is compiled')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


def helper(x):
    return x


@workflow
class RewrittenUndefinedName(Workflow):
    async def run(self, x):
        return helper(x)
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedUndefinedName(Workflow):
    async def run(self, x):
        return helper(x)
