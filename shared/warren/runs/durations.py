"""What is known about how long actions take, and how many consumers their queues have: what batching depends on."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

from pydantic import TypeAdapter

from warren.contracts import names
from warren.errors import InfrastructureError
from warren.ports import Broker, RunStore
from warren.runs.shared_note import SharedNote

SHORT_MS: Final = 20.0
_SHORT: Final = TypeAdapter(dict[str, bool])
_WEIGHT: Final = 0.1
_PUBLISH_SECONDS: Final = 1.0
_FOLLOW_SECONDS: Final = 2.0
_MISSING_SECONDS: Final = 0.2
"""How soon to read again when something was asked that nobody knew."""
_REFRESH_SECONDS: Final = 5.0


class Durations:
    """A moving average per action. An action is short only once it is known to be.

    Coordinators see how long actions take, compilers do not: they learn it through a setting in the store, which is
    written when an action turns short or long, and read while somebody asks. Idle, neither costs anything.
    """

    __slots__ = ("_asked", "_averages", "_is_missing", "_short", "_turned")

    def __init__(self) -> None:
        self._averages: dict[str, float] = {}
        self._short: dict[str, bool] = {}
        self._turned = asyncio.Event()
        self._asked = asyncio.Event()
        self._is_missing = False

    def observe(self, action: str, duration_ms: float) -> None:
        """Take a finished attempt into account."""
        average = self._averages.get(action, duration_ms)
        average = self._averages[action] = average + (duration_ms - average) * _WEIGHT
        if (average < SHORT_MS) is not self._short.get(action):
            self._short[action] = average < SHORT_MS
            self._turned.set()

    def is_short(self, action: str) -> bool:
        """Whether several of these may share a message."""
        if not self._asked.is_set():
            self._asked.set()
        is_short = self._short.get(action)
        if is_short is None:
            self._is_missing = True
            return False
        return is_short

    async def publish_forever(self, store: RunStore) -> None:
        """Keep the setting up to date with what is observed here; run it as a task."""
        setting = _setting(store)
        while True:
            await self._turned.wait()
            self._turned.clear()
            with contextlib.suppress(InfrastructureError):
                noted = await setting.read()
                known = (noted.value or {}) | self._short
                if known != noted.value and await setting.write(known, over=noted) is None:
                    self._turned.set()  # another coordinator was first
            await asyncio.sleep(_PUBLISH_SECONDS)

    async def follow_forever(self, store: RunStore) -> None:
        """Learn from the setting while `is_short` is asked; run it as a task."""
        setting = _setting(store)
        while True:
            await self._asked.wait()
            with contextlib.suppress(InfrastructureError):
                self._short = (await setting.read()).value or {}
            self._asked.clear()
            was_missing, self._is_missing = self._is_missing, False
            await asyncio.sleep(_MISSING_SECONDS if was_missing else _FOLLOW_SECONDS)
            if was_missing:
                self._asked.set()  # by now a coordinator may have seen it


def _setting(store: RunStore) -> SharedNote[dict[str, bool]]:
    return SharedNote(store, names.SHORT_ACTIONS_SETTING, _SHORT, is_hint=True)


class ConsumerCounts:
    """How many consumers each action queue has, refreshed every few seconds while somebody asks, silent otherwise."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._counts: dict[str, int] = {}
        self._asked: set[str] = set()
        self._wake = asyncio.Event()

    def of(self, queue: str) -> int:
        """The last known count of a broker queue, at least 1."""
        if queue not in self._asked:
            self._asked.add(queue)
            self._wake.set()
        return self._counts.get(queue, 1)

    async def refresh_forever(self) -> None:
        """Keep the counts of the queues that are asked for; run it as a task."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            queues, self._asked = self._asked, set()
            for queue in queues:
                with contextlib.suppress(InfrastructureError):
                    stats = await self._broker.stats(queue)
                    self._counts[queue] = max(stats.consumers, 1) if stats else 1
            await asyncio.sleep(_REFRESH_SECONDS)
