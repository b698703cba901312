"""An import inside."""

EXPECT = ("unsupported-statement", 33, '`import` inside a workflow')

REWRITE = '''
import math

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenImportStatement(Workflow):
    async def run(self, x):
        return math.floor(x)
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedImportStatement(Workflow):
    async def run(self, x):
        import math

        return math.floor(x)
