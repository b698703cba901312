"""Assigning to a variable of a function around the workflow's."""

EXPECT = ("global-assignment", 37, 'count is a variable outside')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenNonlocalOutside(Workflow):
    def counter(self):
        self.count = 1
        return self.count

    async def run(self, x):
        return self.counter()
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


def make():
    count = 0

    def increase():
        nonlocal count
        count += 1
        return count

    return increase


counter = make()


@workflow
class RefusedNonlocalOutside(Workflow):
    async def run(self, x):
        return counter()
