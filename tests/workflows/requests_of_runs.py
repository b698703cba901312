"""What a run can be asked: mailboxes, handlers, conditions, queries and updates, all used from inside as well."""

import asyncio
from dataclasses import dataclass

from warren import Signal, Workflow, action, query, signal, update, workflow


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

    @update
    def pay_back(self, amount: int) -> int:
        self.paid -= amount
        return self.paid

    @pay_back.validator
    def check_pay_back(self, amount: int) -> None:
        if amount > self.paid:
            raise ValueError("that is more than was paid")

    @update
    async def note_down(self, text: str, times: int = 1) -> list:
        return [await note(text) for _ in range(times)]

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
        found += [self.pay_back(1), *await self.note_down("third", times=2)]
        try:
            self.check_pay_back(1000)
        except ValueError as error:
            found.append(str(error))
        self.reset()
        self.notes.put_nowait("third")
        try:
            found.append([self.notes.receive_nowait(), self.notes.receive_nowait()])
        except asyncio.QueueEmpty:
            found.append("empty")
        await self.wait_until(lambda: self.paid == 0)
        return [*found, await late, self.log]


CASES = [{"n": 3}]
