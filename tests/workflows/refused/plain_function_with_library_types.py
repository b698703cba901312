"""A class of a library that is no value."""

EXPECT = ("unsupported-object", 35, 'the class Mapping is not an exception')

REWRITE = '''
from collections.abc import Mapping

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenPlainFunctionWithLibraryTypes(Workflow):
    async def run(self, x):
        return isinstance(x, dict)
'''

from collections.abc import Mapping

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedPlainFunctionWithLibraryTypes(Workflow):
    async def run(self, x):
        return isinstance(x, Mapping)
