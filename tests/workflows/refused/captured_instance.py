"""An instance of a class of the user's."""

EXPECT = ("mutable-capture", 52, 'CLIENT is a Client')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


class Client:
    def get(self, x):
        return x


CLIENT = Client()


@action
async def get(x):
    return CLIENT.get(x)


@workflow
class RewrittenCapturedInstance(Workflow):
    async def run(self, x):
        return await get(x)
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


class Client:
    def get(self, x):
        return x


CLIENT = Client()


@workflow
class RefusedCapturedInstance(Workflow):
    async def run(self, x):
        return CLIENT.get(x)
