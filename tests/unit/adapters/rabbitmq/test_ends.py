"""Stopping ends, also where the library below makes an error of the cancellation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest
from yarl import URL

from warren.adapters.rabbitmq.connection import Connection, ConnectionKeeper
from warren.adapters.rabbitmq.declarations import Declarations
from warren.adapters.rabbitmq.publisher import Publisher
from warren.errors import BrokerUnavailable


class Opening:
    """A connection, and what opens one: it never opens anything, and the first cancellation breaks it."""

    def __init__(self) -> None:
        self.lost = asyncio.Event()
        self.generation = 1
        self.begun = asyncio.Event()
        self._is_broken = False

    @property
    def connection(self) -> Opening:
        return self

    async def up(self) -> Opening:
        return self

    async def open_channel(self, *, confirms: bool = False) -> None:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if self._is_broken:
                raise
            self._is_broken = True
            raise BrokerUnavailable("the library took the cancellation for a broken connection") from None


async def _publisher(opening: Opening) -> Callable[[], Any]:
    publisher = Publisher(cast(ConnectionKeeper, opening), Declarations())
    publisher.start()
    return publisher.stop


async def _keeper(opening: Opening, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    async def connect(url: URL, *, name: str, heartbeat_seconds: int) -> Connection:
        await opening.open_channel()
        raise AssertionError("it never opens")

    async def prepare(connection: Connection, generation: int) -> None:
        """Nothing."""

    monkeypatch.setattr(Connection, "open", connect)
    keeper = ConnectionKeeper(URL("amqp://127.0.0.1/"), name="test", heartbeat_seconds=10, prepare=prepare)
    keeper.start()
    return keeper.stop


@pytest.mark.parametrize("what", ["publisher", "keeper"])
async def test_a_cancellation_that_became_an_error_still_ends_it(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opening = Opening()
    stop = await (_publisher(opening) if what == "publisher" else _keeper(opening, monkeypatch))
    await opening.begun.wait()
    async with asyncio.timeout(20):
        await stop()
