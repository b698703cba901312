"""An exception with its own `__init__`, raised in a plain function."""

EXPECT = ("construction", 46, 'constructing OutOfStock runs code of its own')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


class OutOfStock(Exception):
    def __init__(self, sku):
        self.sku = sku
        super().__init__(f'no {sku}')


@workflow
class RewrittenExceptionInFunction(Workflow):
    async def check(self, x):
        raise OutOfStock(x)

    async def run(self, x):
        return await self.check(x)
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


class OutOfStock(Exception):
    def __init__(self, sku):
        self.sku = sku
        super().__init__(f'no {sku}')


@workflow
class RefusedExceptionInFunction(Workflow):
    def check(self, x):
        raise OutOfStock(x)

    async def run(self, x):
        return self.check(x)
