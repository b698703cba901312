"""An attribute of self that nothing assigns."""

EXPECT = ("undefined-name", 32, 'self.total is never assigned')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenUndefinedSelfAttribute(Workflow):
    async def run(self, x):
        self.total = x
        return self.total
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedUndefinedSelfAttribute(Workflow):
    async def run(self, x):
        return self.total
