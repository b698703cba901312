"""An id from the clock."""

EXPECT = ("nondeterministic", 35, 'uuid1 makes a new id')

REWRITE = '''
from uuid import uuid1

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenUuid1Call(Workflow):
    async def run(self, x):
        return await work()
'''

from uuid import uuid1

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedUuid1Call(Workflow):
    async def run(self, x):
        return uuid1()
