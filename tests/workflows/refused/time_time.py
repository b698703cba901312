"""The clock of `time`."""

EXPECT = ("nondeterministic", 35, "time.time depends on the machine's clock")

REWRITE = '''
import time

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenTimeTime(Workflow):
    async def run(self, x):
        return await work()
'''

import time

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedTimeTime(Workflow):
    async def run(self, x):
        return time.time()
