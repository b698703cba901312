"""A cached property."""

EXPECT = ("unsupported-object", 41, 'self.value is a cached_property')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenPropertyOnClass(Workflow):
    @property
    def value(self):
        return 1

    async def run(self, x):
        return self.value
'''

from functools import cached_property

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedPropertyOnClass(Workflow):
    @cached_property
    def value(self):
        return 1

    async def run(self, x):
        return self.value
