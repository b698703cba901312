"""`super()` as a value."""

EXPECT = ("unsupported-object", 31, 'super() is only supported as')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenSuperValue(Workflow):
    async def run(self, x):
        return super().short_name()
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedSuperValue(Workflow):
    async def run(self, x):
        parent = super()
        return x
