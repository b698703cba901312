"""The operating system."""

EXPECT = ("side-effect", 35, 'os.getcwd reaches the operating system')

REWRITE = '''
import os

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenOsCall(Workflow):
    async def run(self, x):
        return await work()
'''

import os

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedOsCall(Workflow):
    async def run(self, x):
        return os.getcwd()
