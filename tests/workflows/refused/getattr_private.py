"""`getattr` with a private name."""

EXPECT = ("underscore-name", 31, "'__globals__' starts with an underscore")

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenGetattrPrivate(Workflow):
    async def run(self, x):
        return getattr(x, "name", None)
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedGetattrPrivate(Workflow):
    async def run(self, x):
        return getattr(x, "__globals__")
