"""The pool on the event loop of a worker process, which counts milliseconds."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
import uvloop
from tests.support.idle import idle

from warren.contracts.ids import new_run_id
from warren.contracts.messages import RunAction
from warren_worker import pool
from warren_worker.attempts import Attempt, DeliveryHold
from warren_worker.pool import Pool

SUSPECTS = 40


def attempt(invocation: int) -> Attempt:
    action = RunAction(run_id=new_run_id(), workflow="w", shard=0, invocation=invocation, action="m:f")
    return Attempt(action, DeliveryHold(cast(Any, SimpleNamespace()), cast(Any, SimpleNamespace()), 1))


def test_a_suspect_that_waits_alone_is_run_as_soon_as_it_has_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "SETTLE_SECONDS", 0.01)
    done: asyncio.Queue[int] = asyncio.Queue()

    async def perform(each: Attempt) -> None:
        done.put_nowait(each.action.invocation)

    async def main() -> None:
        made = Pool(concurrency=4, perform=perform, drop=lambda _: None, end=lambda *_: None)
        for number in range(SUSPECTS):
            made.add_suspect(attempt(number))
            async with asyncio.timeout(5):
                assert await done.get() == number
            await asyncio.sleep(0.001 * (number % 7))
        await made.close()

    uvloop.run(main())


def test_what_waits_for_a_suspect_to_end_starts_when_its_time_alone_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "SETTLE_SECONDS", 0.0)
    monkeypatch.setattr(pool, "SUSPECT_SECONDS", 0.01)
    begun: asyncio.Queue[int] = asyncio.Queue()

    async def main() -> None:
        gate = asyncio.Event()

        async def perform(each: Attempt) -> None:
            begun.put_nowait(each.action.invocation)
            await gate.wait()

        for number in range(SUSPECTS):
            gate.clear()
            made = Pool(concurrency=4, perform=perform, drop=lambda _: None, end=lambda *_: None)
            made.add_suspect(attempt(-1))
            made.add([attempt(number)])
            async with asyncio.timeout(5):
                assert sorted([await begun.get(), await begun.get()]) == [-1, number]
            gate.set()
            await made.drain()
            await made.close()
            await asyncio.sleep(0.001 * (number % 7))

    uvloop.run(main())


async def test_nothing_begins_while_deliveries_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "SETTLE_SECONDS", 0.02)
    begun: list[float] = []
    loop = asyncio.get_running_loop()

    async def perform(_: Attempt) -> None:
        begun.append(loop.time())

    made = Pool(concurrency=4, perform=perform, drop=lambda _: None, end=lambda *_: None)
    made.hold()
    made.hold()
    made.add([attempt(1)])
    made.release()
    await idle(after_seconds=0.1)
    assert begun == []
    released_at = loop.time()
    made.release()
    await made.drain()
    (begun_at,) = begun
    assert begun_at - released_at >= 0.02, "what was settled just now may not have arrived"
    await made.close()


async def test_a_replacement_that_is_never_settled_holds_nothing_up_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "SETTLE_SECONDS", 0.0)
    monkeypatch.setattr(pool, "SUSPECT_SECONDS", 0.05)
    begun: list[float] = []
    loop = asyncio.get_running_loop()

    async def perform(_: Attempt) -> None:
        begun.append(loop.time())

    made = Pool(concurrency=4, perform=perform, drop=lambda _: None, end=lambda *_: None)
    made.hold()
    since = loop.time()
    made.add([attempt(1)])
    async with asyncio.timeout(5):
        await made.drain()
    assert begun[0] - since >= 0.05
    await made.close()
