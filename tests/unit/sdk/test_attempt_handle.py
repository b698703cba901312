"""What an action is told about its attempt, and what it says: heartbeats, details, cancellation, the token."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from warren import (
    ActionContext,
    ActionTimeout,
    CancellationEvent,
    CompleteLater,
    UnserializableValue,
    action,
    action_context,
    provide_action_context,
)
from warren.contracts.attempt_events import Details
from warren.contracts.task_tokens import read_token
from warren.errors import ValueTooLarge
from warren.sdk import invoke_action
from warren.testing import AttemptHandle

ENDED: list[str] = []


@action
def works_in_a_thread(seconds: float) -> str:
    context = action_context()
    until = time.monotonic() + 5
    try:
        while time.monotonic() < until:
            context.raise_if_cancelled()
            time.sleep(0.001)
    except asyncio.CancelledError as error:
        ENDED.append(f"{error} {context.cancelled.is_set()}")
        raise
    return "too late"


def context(**more: Any) -> ActionContext:
    return ActionContext(uuid4(), "flow", 7, 2, "module:action", **more)


def test_a_token_names_the_attempt_and_is_noted() -> None:
    made = context()
    assert not made.handle.has_token
    assert read_token(made.task_token) == (made.run_id, 7, 2)
    assert made.handle.has_token


def test_heartbeats_are_counted_from_those_of_earlier_attempts_on() -> None:
    made = context(handle=AttemptHandle(Details(number=4, value={"$": "decimal", "v": "1.5"})))
    assert made.details == Decimal("1.5")
    pages = [1]
    made.heartbeat(pages)
    pages.append(2)
    made.heartbeat(pages)
    pages.append(3)
    assert made.handle.latest == Details(number=6, value=[1, 2]), "as it was when it was said"
    assert made.details == Decimal("1.5"), "they are those of the earlier attempt"


def test_heartbeats_of_several_threads_are_all_counted() -> None:
    made = context()
    threads = [threading.Thread(target=lambda: [made.heartbeat(n) for n in range(200)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made.handle.latest is not None
    assert made.handle.latest.number == 800


def test_what_cannot_be_sent_is_an_error_where_it_is_said() -> None:
    with pytest.raises(UnserializableValue):
        context().heartbeat(object())
    with pytest.raises(ValueTooLarge, match=r"the details of a heartbeat have 0\.1 MiB"):
        context().heartbeat("x" * 110_000)


def test_an_action_on_its_own_is_tested_with_a_handle() -> None:
    handle = AttemptHandle.after({"page": 3})
    with provide_action_context(context(handle=handle)) as own:
        assert action_context().details == {"page": 3}
        own.heartbeat({"page": 4})
        assert handle.last_heartbeat == {"page": 4}
        handle.cancel("the test says so")
        with pytest.raises(asyncio.CancelledError, match="the test says so"):
            own.raise_if_cancelled()


async def test_a_plain_function_whose_attempt_timed_out_can_end() -> None:
    ENDED.clear()
    key = works_in_a_thread.__warren_action__  # type: ignore[attr-defined]
    with pytest.raises(ActionTimeout):
        await invoke_action(key, [1.0], {}, context(), 0.05)
    async with asyncio.timeout(5):
        while not ENDED:
            await asyncio.sleep(0.001)
    assert ENDED == ["nobody waits for this attempt any more True"]


async def test_a_cancellation_wakes_whoever_waits_in_any_loop() -> None:
    event = CancellationEvent()
    woken: list[str] = []

    def elsewhere() -> None:
        asyncio.run(event.wait())
        woken.append("thread")

    thread = threading.Thread(target=elsewhere)
    thread.start()
    waiting = asyncio.create_task(event.wait())
    given_up = asyncio.create_task(event.wait())
    await asyncio.sleep(0.02)
    given_up.cancel()
    assert not event.is_set()
    assert not waiting.done()
    event.set()
    event.set()
    async with asyncio.timeout(5):
        await waiting
        await event.wait()
    await asyncio.to_thread(thread.join, 5)
    assert woken == ["thread"]


async def test_a_deadline_is_known_with_a_timeout() -> None:
    seen: list[Any] = []

    @action
    async def looks() -> None:
        seen.append(action_context().deadline)

    key = looks.__warren_action__  # type: ignore[attr-defined]
    await invoke_action(key, [], {}, context(), 60)
    await invoke_action(key, [], {}, context())
    assert 50 < (seen[0] - datetime.now(UTC)).total_seconds() <= 60
    assert seen[1] is None


def test_complete_later_is_no_exception_that_a_wrapper_could_swallow() -> None:
    assert not issubclass(CompleteLater, Exception)
    assert str(CompleteLater()) == "another system completes this action"
