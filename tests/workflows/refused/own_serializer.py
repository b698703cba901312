"""Dumping a model that has a serializer of its own."""

EXPECT = ("uncompilable-call", 46, 'Price.model_dump runs serializers of its own')

REWRITE = '''
from pydantic import BaseModel, field_serializer

from warren import Workflow, action, workflow


class Price(BaseModel):
    amount: int

    @field_serializer("amount")
    def in_cents(self, amount):
        return f"{amount} ct"


@action
async def dump(price: Price) -> dict:
    return price.model_dump()


@workflow
class RewrittenOwnSerializer(Workflow):
    async def run(self, price: Price):
        return await dump(price)
'''

from pydantic import BaseModel, field_serializer

from warren import Workflow, workflow


class Price(BaseModel):
    amount: int

    @field_serializer("amount")
    def in_cents(self, amount):
        return f"{amount} ct"


@workflow
class RefusedOwnSerializer(Workflow):
    async def run(self, price: Price):
        return price.model_dump()
