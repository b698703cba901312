"""The environment."""

EXPECT = ("side-effect", 35, 'os.environ reaches the operating system')

REWRITE = '''
import os

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenOsEnviron(Workflow):
    async def run(self, x):
        return await work()
'''

import os

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedOsEnviron(Workflow):
    async def run(self, x):
        return os.environ["HOME"]
