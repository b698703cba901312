"""A timestamp in the machine's time zone."""

EXPECT = ("nondeterministic", 35, 'without a time zone')

REWRITE = '''
from datetime import UTC, datetime

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenFromtimestampLocal(Workflow):
    async def run(self, x):
        return datetime.fromtimestamp(x, UTC)
'''

from datetime import UTC, datetime

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedFromtimestampLocal(Workflow):
    async def run(self, x):
        return datetime.fromtimestamp(x)
