"""Reading the date."""

EXPECT = ("nondeterministic", 40, 'date.today reads the clock')

REWRITE = '''
from datetime import date

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@action
async def today() -> date:
    return date.today()


@workflow
class RewrittenDateToday(Workflow):
    async def run(self, x):
        return await today()
'''

from datetime import date

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedDateToday(Workflow):
    async def run(self, x):
        return date.today()
