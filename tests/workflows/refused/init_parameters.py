"""An `__init__` that needs arguments."""

EXPECT = ("signature", 33, '__init__ of a workflow cannot require arguments (limit)')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenInitParameters(Workflow):
    def __init__(self, limit=3):
        self.limit = limit

    async def run(self, x):
        return self.limit
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedInitParameters(Workflow):
    def __init__(self, limit):
        self.limit = limit

    async def run(self, x):
        return self.limit
