"""A run with any number of parameters."""

EXPECT = ("signature", 30, 'run() cannot have *args')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenStarParameters(Workflow):
    async def run(self, x, args: list):
        return x
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedStarParameters(Workflow):
    async def run(self, x, *args):
        return x
