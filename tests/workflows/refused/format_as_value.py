"""`str.format` as a value."""

EXPECT = ("reflection", 31, 'str.format as a value')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenFormatAsValue(Workflow):
    async def run(self, x):
        return [f'{y}' for y in x]
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedFormatAsValue(Workflow):
    async def run(self, x):
        return list(map(str.format, x))
