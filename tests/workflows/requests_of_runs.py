"""What a run can be asked: mailboxes, handlers, conditions and queries, all used from inside as well."""

import asyncio
from dataclasses import dataclass

from warren import Signal, Workflow, action, query, signal, workflow


@dataclass
class Payment:
    amount: int
    by: str = "card"


@action
async def note(text: str) -> str:
    return f"noted {text}"


@workflow
class RequestsOfRuns(Workflow):
    notes = Signal[str]()

    def __init__(self) -> None:
        self.paid = 0
        self.log: list = []

    @signal
    def pay(self, payment: Payment) -> None:
        self.paid += payment.amount
        self.log.append(payment)

    @signal
    def reset(self) -> None:
        self.paid = 0

    @query
    def owed(self, price: int = 10) -> int:
        return price - self.paid

    async def collect(self, count: int) -> list:
        return [await self.notes.receive() for _ in range(count)]

    async def patient(self, seconds: float) -> str:
        try:
            await self.wait_until(lambda: self.paid > 100, timeout=seconds)
        except TimeoutError:
            return "too late"
        return "paid"

    async def run(self, n: int) -> list:
        reader = asyncio.create_task(self.collect(2))
        late = asyncio.create_task(self.patient(0.5))
        await asyncio.sleep(0)
        self.notes.put_nowait("first")
        self.pay(Payment(n))
        self.notes.put_nowait(await note("second"))
        found = [await reader, self.owed(), self.owed(price=3), len(self.notes)]
        self.reset()
        self.notes.put_nowait("third")
        try:
            found.append([self.notes.receive_nowait(), self.notes.receive_nowait()])
        except asyncio.QueueEmpty:
            found.append("empty")
        await self.wait_until(lambda: self.paid == 0)
        return [*found, await late, self.log]


CASES = [{"n": 3}]
