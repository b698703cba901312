"""Replacing a method."""

EXPECT = ("assignment", 38, 'self.helper is part of the class')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenClassAssignment(Workflow):
    def helper(self):
        return 1

    async def run(self, x):
        self.value = x
        return self.helper()
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedClassAssignment(Workflow):
    def helper(self):
        return 1

    async def run(self, x):
        self.helper = x
        return self.helper()
