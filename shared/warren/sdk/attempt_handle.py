"""What an attempt and whoever runs it tell each other while it runs: heartbeats, and that nobody waits any more.

The function may be in the event loop or in a thread, and whoever runs it in another one. Must not know workers.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import Any, Self

from warren.contracts.attempt_events import Details
from warren.contracts.imported_types import ImportedTypes
from warren.contracts.limits import check_details
from warren.contracts.values import decode, encode

_TYPES = ImportedTypes()
_lock = threading.Lock()
"""For what happens rarely enough that all attempts can share it."""


class CancellationEvent:
    """Set when nobody waits for the attempt any more. Any thread may ask it, and any event loop wait for it."""

    __slots__ = ("_is_set", "_waiting")

    def __init__(self) -> None:
        self._is_set = False
        self._waiting: list[asyncio.Future[None]] = []

    def is_set(self) -> bool:
        """Whether it has happened."""
        return self._is_set

    async def wait(self) -> None:
        """Return when it has happened."""
        future = asyncio.get_running_loop().create_future()
        with _lock:
            if self._is_set:
                return
            self._waiting.append(future)
        try:
            await future
        finally:
            with _lock, contextlib.suppress(ValueError):
                self._waiting.remove(future)

    def set(self) -> None:
        """It happens now; from any thread, and without effect the second time."""
        with _lock:
            self._is_set, waiting, self._waiting = True, self._waiting, []
        for future in waiting:
            with contextlib.suppress(RuntimeError):  # its loop is closed
                future.get_loop().call_soon_threadsafe(_wake, future)


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


class AttemptHandle:
    """One attempt's. `earlier` is what the latest heartbeat of an earlier attempt said, `latest` what this one's did.

    `has_token` says whether somebody has asked for the task token.
    """

    __slots__ = ("_cancelled", "earlier", "has_token", "latest", "reason")

    def __init__(self, earlier: Details | None = None) -> None:
        self.earlier = earlier
        self.latest: Details | None = None
        self.has_token = False
        self.reason: str | None = None
        self._cancelled: CancellationEvent | None = None

    @classmethod
    def after(cls, details: Any) -> Self:
        """For a test: the handle of an attempt after one whose last heartbeat had these details."""
        return cls(Details(number=1, value=encode(details)))

    @property
    def details(self) -> Any:
        """`earlier` with its Python types; raises `InvalidInput` where a class in it is not imported here."""
        return None if self.earlier is None else decode(self.earlier.value, _TYPES)

    @property
    def last_heartbeat(self) -> Any:
        """For a test: the details of this attempt's last heartbeat, None without any."""
        return None if self.latest is None else decode(self.latest.value, _TYPES)

    def beat(self, details: Any) -> None:
        """A heartbeat.

        Raises:
            UnserializableValue: the details cannot be sent.
            ValueTooLarge: they are too large.
        """
        value = encode(details)
        check_details(value)
        with _lock:
            before = self.latest or self.earlier
            self.latest = Details(number=1 if before is None else before.number + 1, value=value)

    @property
    def cancelled(self) -> CancellationEvent:
        """Set by `cancel`."""
        with _lock:
            if self._cancelled is None:
                self._cancelled = CancellationEvent()
            return self._cancelled

    def cancel(self, reason: str) -> None:
        """Nobody waits for the attempt any more; what is left of it may go on in a thread. The first reason counts."""
        if self.reason is None:
            self.reason = reason
            self.cancelled.set()
