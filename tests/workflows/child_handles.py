"""Child runs with handles: their outcomes and signals, options, retries, timeouts; and runs known by their ids."""

import asyncio
from dataclasses import dataclass

from warren import RetryPolicy, RunEnded, Signal, Workflow, WorkflowCancelledError, action, run_handle, signal, workflow


@dataclass
class Payment:
    amount: int


@action
async def double(x: int) -> int:
    return x * 2


@workflow
class Fails(Workflow):
    name = "child_handles_fails"

    async def run(self, x: int) -> int:
        if await double(x) > 10:
            raise LookupError(f"{x} is too much")
        return x


@workflow
class Collects(Workflow):
    name = "child_handles_collects"
    notes = Signal[str]()

    def __init__(self) -> None:
        self.paid = 0

    @signal
    def pay(self, payment: Payment) -> None:
        self.paid += payment.amount

    async def run(self, price: int, *, name: str = "") -> list:
        await self.wait_until(lambda: self.paid >= price)
        return [self.paid, name, await self.notes.receive()]


@workflow
class ChildHandles(Workflow):
    name = "child_handles"

    async def outcomes(self, n: int) -> list:
        first = await Fails().start(n)
        second = await Fails().start(20, _parent_close_policy="terminate")
        both = await asyncio.gather(first.result(), second.result(), first.result(), return_exceptions=True)
        task = asyncio.create_task(first.result())
        try:
            await second.result()
        except LookupError as error:
            return [*both[::2], str(both[1]), str(error), await task, await first.result(timeout=5)]
        return []

    async def signals(self, n: int) -> list:
        child = await Collects().start(n + 5, name="c", _key=f"child-{n}")
        try:
            await child.result(timeout=0.01)
        except TimeoutError:
            await child.signal(Collects.pay, Payment(n))
        await run_handle(child.id).signal("pay", Payment(5))
        await run_handle(str(child.id)).signal(payload="paid", signal=Collects.notes)
        found = await child.result()
        try:
            await child.signal(Collects.pay, Payment(1))
        except RunEnded:
            found.append("ended")
        return found

    async def endings(self) -> list:
        child = await Collects().start(1)
        await child.cancel("no more")
        found = []
        try:
            await child.result()
        except WorkflowCancelledError:
            found.append("cancelled")
        try:
            await Collects().run(1, _execution_timeout=0.01)
        except TimeoutError as error:
            found.append(type(error).__name__)
        try:
            await Fails().run(6, _retry=RetryPolicy(attempts=3))
        except LookupError as error:
            found.append(str(error))
        return found

    async def run(self, n: int) -> list:
        try:
            await Fails().start(n, _parent_close_policy="forget")
        except ValueError as error:
            wrong = str(error)
        return [await self.outcomes(n), await self.signals(n), await self.endings(), wrong]


CASES = [{"n": 1}, {"n": 5}]
