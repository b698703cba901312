"""A name that a module does not have."""

EXPECT = ("undefined-name", 35, "module math has no attribute 'flor'")

REWRITE = '''
import math

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenModuleAttributeMissing(Workflow):
    async def run(self, x):
        return math.floor(x)
'''

import math

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedModuleAttributeMissing(Workflow):
    async def run(self, x):
        return math.flor(x)
