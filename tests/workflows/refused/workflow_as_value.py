"""A workflow as a value."""

EXPECT = ("workflow-value", 37, 'is not a value inside a workflow')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenWorkflowAsValue(Workflow):
    async def run(self, x):
        return await work(x)
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class WorkflowAsValueOther(Workflow):
    async def run(self) -> int:
        return 1


@workflow
class RefusedWorkflowAsValue(Workflow):
    async def run(self, x):
        return WorkflowAsValueOther()
