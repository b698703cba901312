"""Reading the clock."""

EXPECT = ("nondeterministic", 40, 'datetime.now reads the clock')

REWRITE = '''
from datetime import UTC, datetime

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@action
async def current_time() -> datetime:
    return datetime.now(UTC)


@workflow
class RewrittenDatetimeNow(Workflow):
    async def run(self, x):
        return await current_time()
'''

from datetime import datetime

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedDatetimeNow(Workflow):
    async def run(self, x):
        return datetime.now()
