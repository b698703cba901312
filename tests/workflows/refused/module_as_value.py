"""A module as a value."""

EXPECT = ("unsupported-object", 35, 'the module math is not a value')

REWRITE = '''
import math

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenModuleAsValue(Workflow):
    async def run(self, x):
        return math.floor(x)
'''

import math

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedModuleAsValue(Workflow):
    async def run(self, x):
        m = math
        return m.floor(x)
