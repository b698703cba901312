"""`isinstance` and `issubclass` on values, records and exceptions."""

from dataclasses import dataclass
from datetime import date, datetime

from warren import Workflow, action, workflow


@dataclass
class Animal:
    name: str


@dataclass
class Dog(Animal):
    pass


class OwnError(ValueError):
    pass


@action
async def load(kind: str):
    return {"dog": Dog("rex"), "int": 1, "bool": True, "list": [1], "date": datetime(2024, 1, 1), "none": None}[kind]


@workflow
class IsinstanceChecks(Workflow):
    async def run(self, kind: str) -> list:
        value = await load(kind)
        kinds = [cls for cls in (int, bool, list, Animal, Dog, date, datetime, str) if isinstance(value, cls)]
        return [
            len(kinds),
            isinstance(value, (Animal, list)),
            isinstance(value, Dog | None),
            issubclass(Dog, Animal),
            issubclass(OwnError, ValueError),
            isinstance(OwnError("x"), Exception),
            type(value) is Dog,
            type(value) == int,
            type(value).__name__,
            isinstance(value, "int") if kind == "int" else None,
        ]


CASES = [{"kind": kind} for kind in ("dog", "int", "bool", "list", "date", "none")]
