"""Reading the clock in UTC."""

EXPECT = ("nondeterministic", 35, 'datetime.utcnow reads the clock')

REWRITE = '''
from datetime import datetime

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenDatetimeUtcnow(Workflow):
    async def run(self, x):
        return await work()
'''

from datetime import datetime

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedDatetimeUtcnow(Workflow):
    async def run(self, x):
        return datetime.utcnow()
