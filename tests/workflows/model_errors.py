"""Wrong input to a model raises its ValidationError, which is a ValueError."""

from pydantic import BaseModel, ValidationError

from warren import Workflow, workflow


class Item(BaseModel):
    name: str
    size: int = 0


@workflow
class ModelErrors(Workflow):
    async def run(self, value) -> list:
        try:
            item = Item(name=value)
        except ValidationError:
            return ["invalid"]
        try:
            return [item.missing]
        except AttributeError:
            pass
        try:
            return [item.name, Item(size=1)]
        except ValueError as error:
            return [item.name, type(error).__name__]


CASES = [{"value": "x"}, {"value": 5}, {"value": None}]
