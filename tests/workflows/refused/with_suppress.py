"""`contextlib.suppress`."""

EXPECT = ("context-manager", 38, '`with` is not supported')

REWRITE = '''
from contextlib import suppress

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenWithSuppress(Workflow):
    async def run(self, x):
        try:
            return x[0]
        except KeyError:
            pass
'''

from contextlib import suppress

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedWithSuppress(Workflow):
    async def run(self, x):
        with suppress(KeyError):
            return x[0]
