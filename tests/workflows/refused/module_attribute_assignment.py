"""Assigning to an attribute of a class or module."""

EXPECT = ("global-assignment", 40, 'Config.limit is outside the workflow')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


class Config:
    limit = 1


@workflow
class RewrittenModuleAttributeAssignment(Workflow):
    async def run(self, x):
        limit = x
        return limit
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


class Config:
    limit = 1


@workflow
class RefusedModuleAttributeAssignment(Workflow):
    async def run(self, x):
        Config.limit = x
        return x
