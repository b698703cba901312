"""Which signs of life keep a connection, and that it is given up without any."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from warren.adapters.rabbitmq import frames, liveness
from warren.adapters.rabbitmq.liveness import Liveness

TICK = 0.005
ANSWER = frames.method_id.pack(frames.QOS_OK)


class Connection:
    """The other side: `happens` is done after each tick; what was asked is counted."""

    def __init__(self, happens: Callable[[Connection], None] = lambda _: None, *, heartbeat_seconds: int = 3) -> None:
        self.waiting = 0
        self.transport = SimpleNamespace(get_write_buffer_size=lambda: self.waiting)
        self.sinks: dict[int, Any] = {}
        self.is_blocked = False
        self.received = self.volume = self.asked = 0
        self._happens = happens
        self.pulse = Liveness(cast(Any, self), heartbeat_seconds=heartbeat_seconds, send=self._send)

    def _send(self, _: bytes) -> None:
        self.asked += 1

    def answer(self) -> None:
        assert self.sinks[7].take(frames.METHOD, ANSWER)

    async def is_kept(self) -> bool:
        """Whether it is kept for a while."""

        async def underlay() -> SimpleNamespace:
            return SimpleNamespace(number=7)

        async def live() -> None:
            while True:
                await asyncio.sleep(TICK / 2)
                self._happens(self)

        living = asyncio.create_task(live())
        channel = cast(Any, SimpleNamespace(get_underlay_channel=underlay))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(40 * TICK):
                await self.pulse.until_dead(channel)
                return False
        living.cancel()
        return True


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(liveness, "_TICK_SECONDS", TICK)


def answers(connection: Connection) -> None:
    if connection.asked > connection.pulse._answers:
        connection.answer()


def sends_much(connection: Connection) -> None:
    connection.received += 1
    connection.volume += 1 << 18


def sends_heartbeats(connection: Connection) -> None:
    connection.received += 1
    connection.volume += 8


def reads(connection: Connection) -> None:
    connection.waiting += 1


def is_blocked(connection: Connection) -> None:
    connection.is_blocked = True


def is_blocked_and_sends_heartbeats(connection: Connection) -> None:
    is_blocked(connection)
    sends_heartbeats(connection)


@pytest.mark.parametrize("happens", [answers, sends_much, reads, is_blocked_and_sends_heartbeats])
async def test_a_connection_with_this_sign_of_life_is_kept(happens: Callable[[Connection], None]) -> None:
    assert await Connection(happens).is_kept()


@pytest.mark.parametrize("happens", [lambda _: None, sends_heartbeats, is_blocked])
async def test_a_connection_without_an_answer_is_given_up(happens: Callable[[Connection], None]) -> None:
    assert not await Connection(happens).is_kept()


async def test_a_broker_that_answers_is_asked_again_and_again() -> None:
    connection = Connection(answers)
    await connection.is_kept()
    assert connection.asked > 3


async def test_what_is_no_answer_is_left_to_the_library() -> None:
    connection = Connection()
    assert not connection.pulse.take(frames.METHOD, frames.method_id.pack(frames.QOS_OK + 1))
    assert not connection.pulse.take(frames.METHOD + 1, ANSWER)
