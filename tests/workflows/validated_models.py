"""A model with validators is constructed by a worker and behaves as it does natively."""

from pydantic import BaseModel, Field, field_validator

from warren import Workflow, action, workflow


class Email(BaseModel):
    address: str
    count: int = Field(default=1, ge=1)

    @field_validator("address")
    @classmethod
    def lower(cls, value: str) -> str:
        if "@" not in value:
            raise ValueError("no @")
        return value.lower()


@action
async def echo(x):
    return x


@workflow
class ValidatedModels(Workflow):
    async def run(self, address: str, count: int) -> list:
        try:
            email = Email(address=await echo(address), count=count)
        except ValueError:
            return ["invalid"]
        return [email, email.address, email.count]


CASES = [{"address": "A@B", "count": 1}, {"address": "nope", "count": 1}, {"address": "a@b", "count": 0}]
