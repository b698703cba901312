"""What an action raises that another system completes."""

EXPECT = ("unsupported-object", 34, "CompleteLater is for actions, which alone can be completed elsewhere")

REWRITE = '''
from warren import CompleteLater, Workflow, action, action_context, workflow


@action
async def work(x=None):
    print(action_context().task_token)
    raise CompleteLater


@workflow
class RewrittenCompleteLater(Workflow):
    async def run(self, x):
        return await work(x)
'''

from warren import CompleteLater, Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedCompleteLater(Workflow):
    async def run(self, x):
        if await work(x):
            return x
        raise CompleteLater
