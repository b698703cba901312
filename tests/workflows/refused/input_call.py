"""Input."""

EXPECT = ("side-effect", 31, 'input reads from the outside world')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenInputCall(Workflow):
    async def run(self, x):
        return await work(x)
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedInputCall(Workflow):
    async def run(self, x):
        return input()
