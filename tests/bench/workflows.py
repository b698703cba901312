"""What is measured: a no-op action and the workflows around it. The worker imports this module, so it stays small."""

from __future__ import annotations

import asyncio

from warren import Signal, Workflow, action, continue_as_new, history_length, query, signal, workflow


@action
async def inc(n: int) -> int:
    """The least that an action can do."""
    return n + 1


@action
async def nap(n: int, seconds: float) -> int:
    """An action that waits, so that cores are not the limit."""
    await asyncio.sleep(seconds)
    return n + 1


@action
async def ask_slowly(document: str, question: int, seconds: float) -> int:
    """Takes its time with a document."""
    await asyncio.sleep(seconds)
    return question


@workflow
class Chain(Workflow):
    """`steps` actions, each fed by the one before."""

    async def run(self, steps: int) -> int:
        value = 0
        for _ in range(steps):
            value = await inc(value)
        return value


@workflow
class Fan(Workflow):
    """`width` actions at once, and the sum of their results."""

    async def run(self, width: int) -> int:
        return sum(await asyncio.gather(*[inc(n) for n in range(width)]))


@workflow
class Naps(Workflow):
    """`steps` actions that wait, one after the other."""

    async def run(self, steps: int, seconds: float) -> int:
        value = 0
        for _ in range(steps):
            value = await nap(value, seconds)
        return value


@workflow
class Sleeper(Workflow):
    """A run that is open and has nothing to do."""

    async def run(self, seconds: float) -> int:
        await asyncio.sleep(seconds)
        return 1


@workflow
class SlowQuestions(Workflow):
    """One document, many questions about it, each of which takes its time."""

    async def run(self, document: str, count: int, seconds: float) -> int:
        return sum(await asyncio.gather(*[ask_slowly(document, n, seconds) for n in range(count)]))


@workflow
class Shop(Workflow):
    """Waits for signals until it is paid, then does one action."""

    name = "bench.shop"

    def __init__(self) -> None:
        self.paid = 0
        self.held = False

    @signal
    def pay(self, amount: int) -> None:
        self.paid += amount

    @signal
    def hold(self, is_held: bool) -> None:
        self.held = is_held

    @query
    def paid_so_far(self) -> int:
        return self.paid

    async def run(self, price: int) -> int:
        await self.wait_until(lambda: self.paid >= price and not self.held)
        return await inc(self.paid)


@workflow
class Counter(Workflow):
    """Adds what it is sent, in a fresh history after each thousand, until it is sent 0."""

    amounts = Signal[int]()

    async def run(self, total: int = 0, runs: int = 1) -> list[int]:
        while amount := await self.amounts.receive():
            total += amount
            if history_length() > 1000:
                continue_as_new(total, runs + 1)
        return [total, runs]
