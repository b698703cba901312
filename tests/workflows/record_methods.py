"""Methods and properties of the user's dataclasses, models and enums."""

from dataclasses import dataclass
from enum import Enum

from pydantic import BaseModel

from warren import Workflow, action, workflow


@dataclass
class Basket:
    items: list[int]

    limit = 3

    def total(self, extra: int = 0) -> int:
        return sum(self.items) + extra

    @property
    def is_full(self) -> bool:
        return len(self.items) >= self.limit

    @classmethod
    def of(cls, *items: int) -> "Basket":
        return cls(list(items))

    @staticmethod
    def unit() -> str:
        return "pieces"


class Line(BaseModel):
    sku: str
    quantity: int = 1

    def doubled(self) -> "Line":
        return self.model_copy(update={"quantity": self.quantity * 2})


class Level(Enum):
    LOW = 1
    HIGH = 2

    @property
    def label(self) -> str:
        return self.name.lower()

    def above(self, other: "Level") -> bool:
        return self.value > other.value


@action
async def load() -> Basket:
    return Basket([1, 2])


@workflow
class RecordMethods(Workflow):
    async def run(self, x: int) -> list:
        basket = await load()
        before = basket.is_full
        basket.items.append(x)
        made = Basket.of(4, 5)
        return [
            before,
            basket.is_full,
            basket.total(),
            basket.total(extra=x),
            made,
            Basket.unit(),
            Line(sku="a").doubled(),
            Level.HIGH.label,
            Level.HIGH.above(Level.LOW),
            sum(map(lambda one: one.total(), [basket, made])),
            basket.limit,
        ]


CASES = [{"x": 1}, {"x": -5}]
