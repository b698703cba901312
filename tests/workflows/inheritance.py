"""Helpers, constants and properties inherited from base classes, and `super()`."""

from warren import Workflow, action, workflow


@action
async def fetch(x: int) -> int:
    return x


class Counting(Workflow):
    step = 1

    def __init__(self) -> None:
        self.total = 100

    def describe(self) -> str:
        return f"counting by {self.step}"

    async def advance(self, x: int) -> int:
        self.total += await fetch(x) * self.step
        return self.total

    @property
    def title(self) -> str:
        return "base " + self.describe()

    @classmethod
    def make(cls, x: int) -> list:
        return [cls.__name__, cls.step, x]


class Naming:
    def describe(self) -> str:
        return "named " + super().describe()


class Middle(Naming, Counting):
    def describe(self) -> str:
        return "middle " + super().describe()


@workflow
class Inheritance(Middle):
    step = 5

    def __init__(self) -> None:
        super().__init__()
        self.total += 1

    async def run(self, x: int) -> list:
        return [
            await self.advance(x),
            self.describe(),
            self.title,
            self.make(x),
            Counting.describe(self),
            Counting.step,
        ]

    def describe(self) -> str:
        return "own " + super().describe()

    async def advance(self, x: int) -> int:
        return await super().advance(x + 1)

    @classmethod
    def make(cls, x: int) -> list:
        return [super().make(x * 2), "own"]


CASES = [{"x": 1}, {"x": 0}]
