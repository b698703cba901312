"""The dict of an object."""

EXPECT = ("underscore-name", 31, "'__dict__' starts with an underscore")

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenDunderDict(Workflow):
    async def run(self, x):
        return x.model_dump()
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedDunderDict(Workflow):
    async def run(self, x):
        return x.__dict__
