"""`setattr` reaches into the interpreter."""

EXPECT = ("reflection", 31, 'setattr reaches into the interpreter')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenSetattrCall(Workflow):
    async def run(self, x):
        return {"a": 1}
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedSetattrCall(Workflow):
    async def run(self, x):
        return setattr(x, "a", 1)
