"""`collections.ChainMap`."""

EXPECT = ("unsupported-object", 33, 'ChainMap makes or chains')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenChainMap(Workflow):
    async def run(self, x):
        return ({} | x)["a"]
'''

from collections import ChainMap

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedChainMap(Workflow):
    async def run(self, x):
        return ChainMap(x, {})["a"]
