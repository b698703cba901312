"""A class that is no record."""

EXPECT = ("unsupported-object", 43, 'the class Client is not an exception, dataclass')

REWRITE = '''
from dataclasses import dataclass

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@dataclass
class Client:
    x: int


@workflow
class RewrittenPlainClass(Workflow):
    async def run(self, x):
        return Client(x)
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


class Client:
    def __init__(self, x):
        self.x = x


@workflow
class RefusedPlainClass(Workflow):
    async def run(self, x):
        return Client(x)
