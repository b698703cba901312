"""Giving the name of the workflow to something else."""

EXPECT = ("self-escape", 31, 'self stands for the workflow here')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenSelfAssignment(Workflow):
    async def run(self, x):
        value = x
        return value
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedSelfAssignment(Workflow):
    async def run(self, x):
        self = x
        return self
