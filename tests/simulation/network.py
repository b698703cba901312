"""Connections that are slow, break and lie: the memory broker and store as processes far from their servers see them.

A publication takes time to arrive, may arrive in part before the connection breaks, and its confirm may be lost, after
which it is published again, as the RabbitMQ adapter does. A store's operation may fail before or after it was applied.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from dataclasses import dataclass
from typing import Any

from tests.simulation.injection import corrupted, refuse_rows

from warren.adapters.memory.broker import MemoryBroker
from warren.adapters.memory.broker_server import MemoryServer
from warren.adapters.memory.database import MemoryDatabase
from warren.adapters.memory.store import MemoryRunStore
from warren.contracts import names
from warren.errors import StoreUnavailable
from warren.ports import OutgoingMessage, TransitionRow


@dataclass(slots=True)
class Weather:
    """How bad things are at the moment; all are probabilities, but `latency` (seconds)."""

    latency: float = 0.001
    delay: float = 0.0
    """That a message is confirmed but arrives up to `longest_delay` seconds later, so that others overtake it."""
    longest_delay: float = 2.0
    duplicate: float = 0.0
    lost_confirm: float = 0.0
    store_error: float = 0.0
    """That an operation of the store fails, in half of the cases after it was applied."""


class StormyServer(MemoryServer):
    """A broker whose messages may come late or twice."""

    def __init__(self, source: random.Random, weather: Weather) -> None:
        super().__init__()
        self._source = source
        self._weather = weather
        self._generation = 0
        self.duplicated = 0
        self.delayed = 0
        self.lost_confirms = 0
        self.purged = 0
        self.shared = 0
        """Messages with values that several actions share."""

    def publish(self, message: OutgoingMessage) -> bool:
        """Route now, or promise to."""
        message = corrupted(message)
        self.shared += message.exchange == names.ACTIONS_EXCHANGE and b'"actions":[' in message.body
        weather = self._weather
        if weather.duplicate and message.exchange and self._source.random() < weather.duplicate:
            self.duplicated += 1
            self._later(message)
        is_late = weather.delay and message.exchange and self._source.random() < weather.delay
        if is_late and self._route(message.exchange, message.routing_key):
            self.delayed += 1
            self._later(message)
            return True
        return super().publish(message)

    def lose_data(self) -> None:
        """Also what is on its way."""
        self._generation += 1
        super().lose_data()

    def purge(self, name: str) -> None:
        """What lies in a queue is gone."""
        queue = self._queues.get(name)
        if queue is not None:
            self.purged += queue.clear()

    def _later(self, message: OutgoingMessage) -> None:
        loop = asyncio.get_running_loop()
        delay = self._source.random() * self._weather.longest_delay
        loop.call_later(delay, self._arrive, message, self._generation, context=Context())

    def _arrive(self, message: OutgoingMessage, generation: int) -> None:
        if generation == self._generation and message.exchange in self._exchanges:
            super().publish(message)


class StormyBroker(MemoryBroker):
    """One process's connection to a `StormyServer`."""

    def __init__(self, server: StormyServer, *, name: str, source: random.Random, weather: Weather) -> None:
        super().__init__(server, name=name)
        self._stormy = server
        self._source = source
        self._weather = weather
        self.on_published: Callable[[], Awaitable[None]] | None = None
        """Awaited between routing and the confirm."""

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        """Publish until everything is confirmed."""
        source, weather = self._source, self._weather
        while True:
            await asyncio.sleep(source.random() * weather.latency)
            if not self._connected.is_set():
                await self._up()
            epoch = self.epoch
            if weather.lost_confirm and source.random() < weather.lost_confirm:
                await super().publish(messages[: source.randint(0, len(messages))])
                self._stormy.lost_confirms += 1
                self._stormy.drop_connection(self)
                continue
            await super().publish(messages)
            if self.on_published is not None:
                await self.on_published()
            await asyncio.sleep(source.random() * weather.latency)
            if epoch == self.epoch:
                return


class NotedRunStore(MemoryRunStore):
    """A store that notes every transition that it took."""

    def __init__(self, database: MemoryDatabase, noted: list[TransitionRow]) -> None:
        super().__init__(database)
        self._noted = noted

    def _append(self, row: TransitionRow) -> None:
        self._noted.append(row)
        super()._append(row)

    def _refuse_taken(self, transitions: Sequence[TransitionRow]) -> None:
        refuse_rows(transitions)
        super()._refuse_taken(transitions)


class StormyStore:
    """One process's connection to the database: a `RunStore` whose operations take time and may fail."""

    def __init__(
        self,
        inner: MemoryRunStore,
        *,
        source: random.Random,
        weather: Weather,
        reach: Callable[[str], Awaitable[None]],
    ) -> None:
        self._inner = inner
        self._source = source
        self._weather = weather
        self._reach = reach

    @property
    def is_ready(self) -> bool:
        """As the inner store says."""
        return self._inner.is_ready

    def __getattr__(self, name: str) -> Any:
        operation = getattr(self._inner, name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            source, weather = self._source, self._weather
            await asyncio.sleep(source.random() * weather.latency)
            roll = source.random() if weather.store_error else 1.0
            if roll < weather.store_error / 2:
                raise StoreUnavailable(f"{name}: lost on the way there")
            point = "commit" if name == "continue_runs" else name
            if point in ("commit", "create_runs"):
                await self._reach(f"before {point}")
            answer = await operation(*args, **kwargs)
            await self._reach(point)
            await asyncio.sleep(source.random() * weather.latency)
            if roll < weather.store_error:
                raise StoreUnavailable(f"{name}: applied, but the answer was lost")
            return answer

        self.__dict__[name] = call
        return call
