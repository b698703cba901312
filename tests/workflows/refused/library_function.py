"""A function of the standard library."""

EXPECT = ("unsupported-object", 40, 'shlex.split is not one of the functions')

REWRITE = '''
import shlex

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@action
async def words(x) -> list:
    return shlex.split(x)


@workflow
class RewrittenLibraryFunction(Workflow):
    async def run(self, x):
        return await words(x)
'''

import shlex

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedLibraryFunction(Workflow):
    async def run(self, x):
        return shlex.split(x)
