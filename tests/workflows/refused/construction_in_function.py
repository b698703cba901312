"""A validated model constructed in a plain function."""

EXPECT = ("construction", 56, 'constructing Email runs code of its own')

REWRITE = '''
from pydantic import BaseModel, field_validator

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


class Email(BaseModel):
    address: str

    @field_validator("address")
    @classmethod
    def lower(cls, value):
        return value.lower()


@workflow
class RewrittenConstructionInFunction(Workflow):
    async def make(self, x):
        return Email(address=x)

    async def run(self, x):
        return await self.make(x)
'''

from pydantic import BaseModel, field_validator

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


class Email(BaseModel):
    address: str

    @field_validator("address")
    @classmethod
    def lower(cls, value):
        return value.lower()


@workflow
class RefusedConstructionInFunction(Workflow):
    def make(self, x):
        return Email(address=x)

    async def run(self, x):
        return self.make(x)
