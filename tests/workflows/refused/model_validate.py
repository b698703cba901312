"""A class method of pydantic."""

EXPECT = ("unsupported-object", 43, "Order.model_validate is pydantic's own code")

REWRITE = '''
from pydantic import BaseModel

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


class Order(BaseModel):
    id: str


@workflow
class RewrittenModelValidate(Workflow):
    async def run(self, x):
        return Order(**x)
'''

from pydantic import BaseModel

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


class Order(BaseModel):
    id: str


@workflow
class RefusedModelValidate(Workflow):
    async def run(self, x):
        return Order.model_validate(x)
