"""A special attribute."""

EXPECT = ("underscore-name", 31, "'__class__' starts with an underscore")

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenDunderAttribute(Workflow):
    async def run(self, x):
        return type(x)
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedDunderAttribute(Workflow):
    async def run(self, x):
        return x.__class__
