"""An import of names inside."""

EXPECT = ("unsupported-statement", 33, '`import` inside a workflow')

REWRITE = '''
from math import floor

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenImportFromStatement(Workflow):
    async def run(self, x):
        return floor(x)
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedImportFromStatement(Workflow):
    async def run(self, x):
        from math import floor

        return floor(x)
