"""Signals in the engine: handlers, and conditions over the run's own state."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from warren import LimitExceeded, QueryFailed, Signal, Workflow, action, query, signal, workflow
from warren.contracts.messages import RunStatus, SignalReceived
from warren.engine.run.state import MAX_REQUESTS
from warren.errors import InvalidInput
from warren.testing import EngineDriver


@dataclass
class Payment:
    amount: int
    by: str = "card"


@action
async def ship(amount: int) -> str:
    return f"shipped for {amount}"


@workflow
class Order(Workflow):
    def __init__(self) -> None:
        self.paid = 0
        self.held = False
        self.log: list[object] = []

    @signal
    def pay(self, payment: Payment) -> None:
        if payment.amount < 0:
            raise ValueError("a payment has a positive amount")
        self.paid += payment.amount
        self.log.append(payment)

    @signal
    def hold(self) -> None:
        self.held = not self.held

    async def run(self, price: int, patience: float | None = None) -> list[object]:
        try:
            await self.wait_until(lambda: self.paid >= price and not self.held, timeout=patience)
        except TimeoutError:
            return ["too late", *self.log]
        return [await ship(self.paid), *self.log]


@workflow
class Waits(Workflow):
    """Conditions beside each other, and one that is never looked at twice in a transition without need."""

    def __init__(self) -> None:
        self.n = 0

    @signal
    def count(self, by: int) -> None:
        self.n += by

    async def reach(self, n: int) -> int:
        await self.wait_until(lambda: self.n >= n, timeout=timedelta(hours=1))
        return self.n

    async def run(self) -> list[object]:
        first, second = await asyncio.gather(self.reach(2), self.reach(5))
        task = asyncio.create_task(self.reach(100))
        await asyncio.sleep(0)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            cancelled = True
        try:
            await self.wait_until(lambda: self.n > 8 and 1 // (self.n - 9))
        except ZeroDivisionError as error:
            return [first, second, cancelled, str(error)]
        return [first, second, cancelled]


@workflow
class Desk(Workflow):
    """Mailboxes, and what they compose with."""

    payments = Signal[Payment]()
    notes = Signal[Any]()

    async def run(self, patience: float = 5) -> list[object]:
        got: list[object] = []
        async with asyncio.timeout(60):
            got.append(await self.payments.receive())
        got += await asyncio.gather(self.payments.receive(), self.notes.receive())
        try:
            got.append(await asyncio.wait_for(self.payments.receive(), patience))
        except TimeoutError:
            got.append("too late")
        got += [len(self.notes), self.notes.receive_nowait()]
        try:
            self.notes.receive_nowait()
        except asyncio.QueueEmpty:
            got.append("empty")
        task = asyncio.create_task(self.notes.receive())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        got.append(await self.notes.receive())
        return got


def test_a_mailbox_keeps_what_came_before_it_was_asked_for_in_order() -> None:
    driver = EngineDriver.of(Desk)
    driver.signal("notes", "first")
    driver.signal("payments", Payment(1))
    driver.restore(json.loads(json.dumps(driver.snapshot())))
    driver.signal("notes", [2])
    driver.signal("payments", {"amount": 2})
    driver.fire(max(driver.timers))
    driver.signal("notes", None)
    assert driver.outcome() == [Payment(1), Payment(2), "first", "too late", 1, [2], "empty", None]
    assert driver.replay().state.result == driver.state.result


def test_a_payload_has_the_type_of_its_mailbox() -> None:
    driver = EngineDriver.of(Desk)
    with pytest.raises(InvalidInput, match=r"the payload of 'payments'\.amount"):
        driver.signal("payments", {"amount": "much"})
    with pytest.raises(InvalidInput, match="no signal 'pay'; it has notes, payments"):
        driver.signal("pay", 1)


def test_a_run_that_ends_takes_its_mailboxes_along() -> None:
    driver = EngineDriver.of(Desk, patience=1)
    driver.cancel()
    assert driver.state.status is RunStatus.CANCELLED
    assert driver.signal("notes", 1) is None


def test_a_handler_changes_self_and_what_waits_for_it_goes_on() -> None:
    driver = EngineDriver.of(Order, price=10)
    assert driver.actions == {}
    driver.signal("pay", Payment(4))
    driver.signal("hold")
    driver.signal("pay", {"amount": 6, "by": "cash"})
    assert driver.actions == {}
    driver.restore(json.loads(json.dumps(driver.snapshot())))
    driver.signal("hold")
    driver.succeed(1, "shipped")
    assert driver.outcome() == ["shipped", Payment(4), Payment(6, "cash")]
    assert driver.replay().state.result == driver.state.result


def test_the_same_id_arrives_once_also_after_a_snapshot() -> None:
    driver = EngineDriver.of(Order, price=10)
    assert driver.signal("pay", Payment(4), id="a") is not None
    assert driver.signal("pay", Payment(4), id="a") is None
    driver.restore(json.loads(json.dumps(driver.snapshot())))
    assert driver.signal("pay", Payment(4), id="a") is None
    driver.signal("pay", Payment(6), id="b")
    assert driver.actions[1].args == [10]


def test_old_ids_are_forgotten_so_that_a_run_does_not_grow_without_end() -> None:
    driver = EngineDriver.of(Waits)
    for number in range(MAX_REQUESTS + 5):
        driver.state.note_request(number)
    assert len(driver.state.requests) == MAX_REQUESTS
    assert 4 not in driver.state.requests
    assert 5 in driver.state.requests


def test_a_condition_that_does_not_come_true_in_time() -> None:
    driver = EngineDriver.of(Order, price=10, patience=5)
    driver.signal("pay", Payment(9))
    driver.fire()
    assert driver.outcome() == ["too late", Payment(9)]


def test_conditions_compose_with_gather_tasks_and_cancellation() -> None:
    driver = EngineDriver.of(Waits)
    driver.signal("count", 3)
    assert not driver.is_finished
    driver.signal("count", 4)
    assert not driver.is_finished
    driver.signal("count", 2)
    assert driver.outcome() == [3, 7, True, "integer division or modulo by zero"]


def test_what_does_not_fit_is_refused_before_it_is_sent() -> None:
    driver = EngineDriver.of(Order, price=10)
    with pytest.raises(InvalidInput, match="no signal 'payed'; it has hold, pay"):
        driver.signal("payed", Payment(1))
    with pytest.raises(InvalidInput, match=r"the payload of 'pay'\.amount: "):
        driver.signal("pay", {"amount": "much"})
    with pytest.raises(InvalidInput, match="the signal 'hold' takes no payload"):
        driver.signal("hold", 1)


def test_what_somebody_else_sends_to_the_run_itself_changes_nothing_where_it_does_not_fit() -> None:
    driver = EngineDriver.of(Order, price=10)
    for name, payload in (("payed", None), ("pay", {"$": "no such tag"})):
        assert driver.apply(SignalReceived(run_id=driver.run_id, id="x", name=name, payload=payload)) is None
    assert driver.signal("pay", Payment(1), id="x") is not None


def test_a_handler_that_raises_fails_the_run() -> None:
    driver = EngineDriver.of(Order, price=10)
    driver.signal("pay", Payment(-1))
    assert driver.state.status is RunStatus.FAILED
    with pytest.raises(ValueError, match="positive amount"):
        driver.outcome()
    assert driver.signal("pay", Payment(1)) is None


def test_a_workflow_without_signals_that_waits_for_nothing_is_stuck_as_before() -> None:
    @workflow
    class Stuck(Workflow):
        async def run(self) -> None:
            await self.wait_until(lambda: False)

    driver = EngineDriver.of(Stuck)
    with pytest.raises(RuntimeError, match="deadlock"):
        driver.outcome()


def test_a_mailbox_that_nobody_empties_ends_the_run_at_its_limit() -> None:
    driver = EngineDriver.of(Desk)
    for _ in range(40):
        if driver.signal("notes", "x" * (4 << 20)) is None:
            break
    with pytest.raises(LimitExceeded, match="128 MiB"):
        driver.outcome()


@workflow
class Thinker(Workflow):
    @query
    def forever(self) -> int:
        number = 0
        while True:
            number += 1

    @query
    def unsendable(self) -> object:
        return lambda: 1

    async def run(self) -> None:
        await ship(1)


def test_a_query_has_the_budget_of_a_transition_and_the_run_is_not_touched() -> None:
    driver = EngineDriver.of(Thinker)
    with pytest.raises(QueryFailed, match="2,000,000 steps"):
        driver.query("forever")
    with pytest.raises(QueryFailed, match="unsendable"):
        driver.query("unsendable")
    driver.succeed(1)
    assert driver.state.status is RunStatus.COMPLETED
