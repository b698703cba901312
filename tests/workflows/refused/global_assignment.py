"""Assigning to a global."""

EXPECT = ("global-assignment", 39, 'COUNT is a variable outside the workflow')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


COUNT = 0


@workflow
class RewrittenGlobalAssignment(Workflow):
    async def run(self, x):
        count = x
        return count
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


COUNT = 0


@workflow
class RefusedGlobalAssignment(Workflow):
    async def run(self, x):
        global COUNT
        COUNT = x
        return COUNT
