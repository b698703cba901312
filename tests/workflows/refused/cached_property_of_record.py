"""A cached property of a dataclass."""

EXPECT = ("uncompilable-call", 44, 'it is a cached_property')

REWRITE = '''
from dataclasses import dataclass

from warren import Workflow, workflow


@dataclass
class Record:
    x: int

    @property
    def twice(self):
        return self.x * 2


@workflow
class RewrittenCachedProperty(Workflow):
    async def run(self, record: Record):
        return record.twice
'''

from dataclasses import dataclass
from functools import cached_property

from warren import Workflow, workflow


@dataclass
class Record:
    x: int

    @cached_property
    def twice(self):
        return self.x * 2


@workflow
class RefusedCachedProperty(Workflow):
    async def run(self, record: Record):
        return record.twice
