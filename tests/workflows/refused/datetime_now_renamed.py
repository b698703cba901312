"""Reading the clock through another name and with a time zone."""

EXPECT = ("nondeterministic", 41, 'dt.datetime.now reads the clock')

REWRITE = '''
import datetime as dt

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@action
async def current_time() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@workflow
class RewrittenDatetimeNowRenamed(Workflow):
    async def run(self, x):
        return await current_time()
'''

import datetime as dt

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedDatetimeNowRenamed(Workflow):
    async def run(self, x):
        y = x
        return [dt.datetime.now(dt.UTC), y]
