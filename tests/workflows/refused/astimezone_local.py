"""Converting to the machine's time zone."""

EXPECT = ("nondeterministic", 35, 'without a time zone')

REWRITE = '''
from datetime import UTC

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenAstimezoneLocal(Workflow):
    async def run(self, x):
        return x.astimezone(UTC)
'''

from datetime import UTC

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedAstimezoneLocal(Workflow):
    async def run(self, x):
        return x.astimezone()
