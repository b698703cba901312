"""A set outside the workflow."""

EXPECT = ("mutable-capture", 37, 'NAMES is a set outside the workflow')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


NAMES = frozenset({"a", "b"})


@workflow
class RewrittenMutableSet(Workflow):
    async def run(self, x):
        return x in NAMES
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


NAMES = {"a", "b"}


@workflow
class RefusedMutableSet(Workflow):
    async def run(self, x):
        return x in NAMES
