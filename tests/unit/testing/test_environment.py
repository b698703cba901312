# mypy: disable-error-code="call-arg"
# it calls as only the decorated class can be called: mypy need not say so
"""`warren.testing`: a test runs the real engine, with its own actions and without waiting."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import AsyncMock, Mock

import pytest

from warren import (
    ActionNotRegistered,
    ActionTimeout,
    Depend,
    InvalidInput,
    RetryPolicy,
    Workflow,
    WorkflowFailedError,
    action,
    action_context,
    workflow,
)
from warren.testing import WorkflowEnvironment, run_workflow

THIS = sys.modules[__name__]
LOG: list[Any] = []


@pytest.fixture(autouse=True)
def _empty_log() -> None:
    LOG.clear()


@dataclass
class Receipt:
    order: int
    at: datetime


class Declined(Exception):
    """The bank says no."""

    def __init__(self, code: int) -> None:
        super().__init__(f"declined with {code}")
        self.code = code


def gateway() -> str:
    return "bank"


@action
async def charge(order: int, via: str = Depend(gateway)) -> Receipt:
    LOG.append(f"charge {order} via {via}")
    if order < 0:
        raise Declined(order)
    return Receipt(order, datetime(2026, 1, 1, tzinfo=UTC))


@action
async def flaky(fails: int) -> str:
    context = action_context()
    LOG.append((context.idempotency_key, context.attempt))
    if context.attempt <= fails:
        raise ConnectionError("not yet")
    return "at last"


@action
def blocking(index: int) -> int:
    assert threading.current_thread() is not threading.main_thread()
    return index


@action
async def meet(index: int) -> int:
    """Returns only when three of them run at the same time; the later ones first."""
    LOG.append(index)
    while len(LOG) < 3:
        await asyncio.sleep(0)
    for _ in range(10 * (3 - index)):
        await asyncio.sleep(0)
    return index


@action
async def hang() -> str:
    try:
        await asyncio.sleep(60)
    finally:
        LOG.append("stopped")
    return "never"


@workflow
class Charging(Workflow):
    async def run(self, order: int) -> Receipt:
        return await charge(order)


@workflow
class Patient(Workflow):
    async def run(self, fails: int) -> str:
        await asyncio.sleep(3600)
        return await self.run_action(flaky(fails), retry=RetryPolicy(attempts=5, backoff_seconds=60))


@workflow
class Parallel(Workflow):
    async def run(self) -> tuple[list[int], list[int]]:
        first = await asyncio.gather(meet(0), meet(1), meet(2))
        second = await asyncio.gather(*[blocking(index) for index in range(5)])
        return first, second


@workflow
class Impatient(Workflow):
    async def run(self) -> str:
        try:
            return await self.run_action(hang(), timeout=0.01)
        except ActionTimeout as error:
            return str(error)


async def test_the_result_is_a_real_value() -> None:
    assert await run_workflow(Charging, 7) == Receipt(7, datetime(2026, 1, 1, tzinfo=UTC))
    assert LOG == ["charge 7 via bank"]


async def test_the_workflows_own_exception_is_raised() -> None:
    with pytest.raises(Declined, match="declined with -1") as caught:
        await run_workflow(Charging, order=-1)
    assert caught.value.code == -1
    assert any("test_environment.py" in note for note in caught.value.__notes__)


async def test_wrong_arguments() -> None:
    with pytest.raises(TypeError, match="missing"):
        await run_workflow(Charging)
    with pytest.raises(InvalidInput, match="order: expected int"):
        await run_workflow(Charging, "seven")
    assert LOG == []


async def test_sleeps_and_backoffs_are_skipped() -> None:
    environment = WorkflowEnvironment(now=datetime(2030, 1, 1, tzinfo=UTC))
    started = time.monotonic()
    assert await environment.run_workflow(Patient, 3) == "at last"
    assert time.monotonic() - started < 30
    assert environment.virtual_time == datetime(2030, 1, 1, tzinfo=UTC) + timedelta(hours=1, minutes=3)
    assert [attempt for _, attempt in LOG] == [1, 2, 3, 4]
    assert len({key for key, _ in LOG}) == 1


async def test_history_is_there_to_look_at() -> None:
    environment = WorkflowEnvironment()
    with pytest.raises(RuntimeError, match="no workflow has been run"):
        assert environment.history
    await environment.run_workflow(Charging, 7)
    assert [(row.seq, row.event.type) for row in environment.history] == [(1, "run_started"), (2, "action_succeeded")]
    assert [type(command).__name__ for row in environment.history for command in row.commands] == [
        "DispatchAction",
        "FinishRun",
    ]
    assert environment.run_id == environment.history[0].event.run_id


async def test_actions_run_side_by_side() -> None:
    assert await run_workflow(Parallel) == ([0, 1, 2], [0, 1, 2, 3, 4])


async def test_results_are_taken_in_the_order_of_completion_or_of_the_seed() -> None:
    async def order(seed: int | None) -> list[int]:
        LOG.clear()
        environment = WorkflowEnvironment(seed=seed)
        await environment.run_workflow(Parallel)
        return [row.event.invocation for row in environment.history[1:4]]

    by_completion = await order(None)
    assert by_completion == sorted(by_completion, reverse=True)
    orders = {seed: await order(seed) for seed in range(8)}
    assert orders == {seed: await order(seed) for seed in range(8)}
    assert len(set(map(tuple, orders.values()))) > 1


async def test_action_timeouts_are_real() -> None:
    assert "hang' took longer than 0.01 s" in await run_workflow(Impatient)
    assert LOG == ["stopped"]


@pytest.mark.parametrize("key", [charge, "charge", f"{__name__}:charge"])
@pytest.mark.parametrize("mock", [AsyncMock, Mock])
async def test_actions_can_be_replaced(key: Any, mock: Any) -> None:
    double = mock(return_value="free")
    assert await run_workflow(Charging, 7, actions={key: double}) == "free"
    double.assert_called_once_with(7)
    assert LOG == []


async def test_actions_can_be_monkeypatched(monkeypatch: pytest.MonkeyPatch) -> None:
    double = AsyncMock(side_effect=Declined(1))
    monkeypatch.setattr(THIS, "charge", double)
    with pytest.raises(Declined):
        await run_workflow(Charging, 7)
    double.assert_awaited_once_with(7)


async def test_replacements_must_make_sense() -> None:
    for actions, reason in [({gateway: gateway}, "not an action"), ({"charge": 3}, "must be callable")]:
        with pytest.raises(TypeError, match=reason):
            await run_workflow(Charging, 7, actions=actions)


async def test_an_action_that_is_not_there_fails_the_run() -> None:
    @action
    async def gone() -> None: ...

    @workflow
    class Missing(Workflow):
        async def run(self) -> None:
            await gone()

    from warren import registry

    registry._entries.pop(vars(gone)["__warren_action__"])
    with pytest.raises(ActionNotRegistered, match="gone"):
        await run_workflow(Missing)


async def test_under_pytest_run_needs_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WARREN_BROKER_URL", raising=False)
    assert (await Charging().run(7)).order == 7
    run_id = await Charging().run(8, _blocking=False)
    assert len(run_id) == 36
    handle = await Charging().start(9)
    assert (await handle.result()).order == 9
    with pytest.raises(WorkflowFailedError, match=r"Declined: declined with -1") as caught:
        await Charging().run(-1)
    assert isinstance(caught.value.__cause__, Declined)
    assert caught.value.run_id is not None
