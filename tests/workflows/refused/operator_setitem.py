"""A function of `operator` that changes something."""

EXPECT = ("unsupported-object", 34, 'operator.setitem cannot be compiled')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenOperatorSetitem(Workflow):
    async def run(self, x):
        x[0] = 1
        return x
'''

import operator

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedOperatorSetitem(Workflow):
    async def run(self, x):
        operator.setitem(x, 0, 1)
        return x
