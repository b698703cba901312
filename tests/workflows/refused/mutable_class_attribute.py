"""A mutable class attribute."""

EXPECT = ("mutable-capture", 35, 'self.names is a list outside the workflow')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenMutableClassAttribute(Workflow):
    names = ("a",)

    async def run(self, x):
        return self.names
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedMutableClassAttribute(Workflow):
    names = ["a"]

    async def run(self, x):
        return self.names
