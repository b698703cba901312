"""A class that is derived from one of asyncio's."""

EXPECT = ("unsupported-object", 47, "the class Waiting is derived from a class of asyncio's")

REWRITE = '''
import asyncio
from dataclasses import dataclass, field

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@dataclass
class Waiting:
    event: asyncio.Event = field(default_factory=asyncio.Event)


@workflow
class RewrittenAsyncioDerived(Workflow):
    async def run(self, x):
        waiting = Waiting()
        waiting.event.set()
        return await work(waiting.event.is_set())
'''

import asyncio

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


class Waiting(asyncio.Event):
    pass


@workflow
class RefusedAsyncioDerived(Workflow):
    async def run(self, x):
        return await work(Waiting().is_set())  # here
