"""A class inside."""

EXPECT = ("unsupported-statement", 38, '`class` inside a workflow')

REWRITE = '''
from dataclasses import dataclass

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@dataclass
class Box:
    x: int


@workflow
class RewrittenClassStatement(Workflow):
    async def run(self, x):
        return Box(x)
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedClassStatement(Workflow):
    async def run(self, x):
        class Box:
            pass

        return x
