"""Operators that a class of the user's has: those that give up with `NotImplemented`, and its own iterators."""

from dataclasses import dataclass

from warren import Workflow, action, workflow


@dataclass(frozen=True)
class Money:
    amount: int

    def __add__(self, other: object) -> "Money":
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.amount + other.amount)

    def __radd__(self, other: object) -> "Money":
        return self if other == 0 else NotImplemented

    def __eq__(self, other: object) -> bool:
        return self.amount == other.amount if isinstance(other, Money) else NotImplemented

    def __hash__(self) -> int:
        return self.amount


@dataclass
class Queue:
    items: list

    def __iter__(self):
        return iter(self.items)

    def __reversed__(self):
        return iter(self.items[::-1])


@dataclass
class Countdown:
    n: int

    def __iter__(self):
        return self

    def __next__(self) -> int:
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        return self.n


@action
async def touch(x: int) -> int:
    return x


@workflow
class OperatorsOfRecords(Workflow):
    async def run(self, x: int) -> list:
        found = [Money(x) + Money(2), sum([Money(1), Money(2)]), Money(1) == 1, Money(1) != Money(1)]
        for wrong in (lambda: Money(1) + 1, lambda: 1 + Money(1), lambda: reversed(Money(1)), lambda: list(Money(1))):
            try:
                found.append(wrong())
            except TypeError as error:
                found.append(str(error))
        queue = Queue([1, 2])
        for item in queue:  # sees what is added meanwhile
            if len(queue.items) < 4:
                queue.items.append(await touch(item + 2))
        countdown = Countdown(4)
        for n in countdown:
            if await touch(n) == 2:
                break
        return [*found, queue, [*reversed(queue)], countdown.n, [*countdown]]


CASES = [{"x": 1}]
