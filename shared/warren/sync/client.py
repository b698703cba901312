"""`Warren` without `await`: the synchronous client."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from datetime import timedelta
from types import TracebackType
from typing import Any, Final, Literal, Self, overload
from uuid import UUID

from warren.client import HistoryEntry
from warren.client import Warren as AsyncWarren
from warren.errors import BrokerUnavailable
from warren.sdk import forks
from warren.sync.blocking import blocking, converting
from warren.sync.handle import RunHandle
from warren.sync.loop_thread import NOT_CONNECTED, LoopThread, check_no_loop

_INHERITED: Final[list[object]] = []
"""Connections of a parent process: nothing here may close them, not even the garbage collector."""


class Warren:
    """A client of one Warren installation, for programs without an event loop: `with Warren() as client`.

    Its methods are those of `warren.Warren`, without `await`, and give `warren.sync.RunHandle`s. One client serves any
    number of threads; its connections live in a thread of its own. Without URLs, `WARREN_BROKER_URL` and
    `WARREN_DATABASE_URL` say where the servers are; `give_up_after` is as for `warren.Warren`.

    A process that was forked must open the client itself; a method of one that its parent has opened raises
    `RuntimeError`, and so does one that is called in a thread whose event loop runs.
    """

    def __init__(
        self,
        broker_url: str | None = None,
        database_url: str | None = None,
        *,
        give_up_after: timedelta | None = timedelta(seconds=10),
        name: str = "warren-client",
    ) -> None:
        self._broker_url = broker_url
        self._database_url = database_url
        self._give_up_after = give_up_after
        self._name = name
        self._lock = threading.Lock()
        self._generation = forks.generation
        self._opened: tuple[LoopThread, AsyncWarren] | None = None

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> None:
        """Connect to the broker; the database is connected when it is first needed. Idempotent.

        Raises:
            RuntimeError: this thread runs an event loop.
            InvalidInput: a URL is none of a server.
            BrokerUnavailable: the broker stays away.
        """
        check_no_loop()
        self._leave_to_parent()
        with self._lock:
            if self._opened is not None:
                return
            thread = LoopThread(self._name)
            try:
                client = thread.call(self._connected())
            except BaseException:
                thread.stop()
                raise
            self._opened = thread, client
            weakref.finalize(self, thread.stop)

    async def _connected(self) -> AsyncWarren:
        client = AsyncWarren(self._broker_url, self._database_url, give_up_after=self._give_up_after, name=self._name)
        await client.open()
        return client

    def close(self) -> None:
        """Disconnect. Runs continue; whoever still waits in another thread gets `BrokerUnavailable`. Idempotent."""
        self._leave_to_parent()
        with self._lock:
            opened, self._opened = self._opened, None
            if opened is None:
                return
            thread, client = opened
            try:
                thread.call(client.close())
            finally:
                thread.stop()

    def _leave_to_parent(self) -> None:
        """In a forked process: what is open here is the parent's."""
        if self._generation != forks.generation:
            self._generation, self._lock = forks.generation, threading.Lock()
            _INHERITED.append(self._opened)
            self._opened = None

    def _behind(self) -> tuple[LoopThread, AsyncWarren]:
        if self._opened is None:
            check_no_loop()
            raise BrokerUnavailable(NOT_CONNECTED)
        return self._opened

    start = converting(AsyncWarren.start, RunHandle)
    run = blocking(AsyncWarren.run)
    start_run = converting(AsyncWarren.start_run, RunHandle)
    start_encoded = converting(AsyncWarren.start_encoded, RunHandle)
    register = blocking(AsyncWarren.register)
    get = converting(AsyncWarren.get, RunHandle)
    describe = blocking(AsyncWarren.describe)
    list_runs = blocking(AsyncWarren.list_runs)
    runs = blocking(AsyncWarren.runs)
    state = blocking(AsyncWarren.state)
    cancel = blocking(AsyncWarren.cancel)
    terminate = blocking(AsyncWarren.terminate)
    pause = blocking(AsyncWarren.pause)
    resume = blocking(AsyncWarren.resume)
    complete_action = blocking(AsyncWarren.complete_action)
    complete_action_encoded = blocking(AsyncWarren.complete_action_encoded)
    fail_action = blocking(AsyncWarren.fail_action)
    heartbeat_action = blocking(AsyncWarren.heartbeat_action)
    heartbeat_action_encoded = blocking(AsyncWarren.heartbeat_action_encoded)
    signal = blocking(AsyncWarren.signal)
    signal_encoded = blocking(AsyncWarren.signal_encoded)
    query = blocking(AsyncWarren.query)
    query_encoded = blocking(AsyncWarren.query_encoded)
    update = blocking(AsyncWarren.update)
    update_encoded = blocking(AsyncWarren.update_encoded)

    @overload
    def history(self, run_id: UUID, *, follow: Literal[False] = False) -> list[HistoryEntry]: ...
    @overload
    def history(self, run_id: UUID, *, follow: Literal[True]) -> Iterator[HistoryEntry]: ...
    def history(self, run_id: UUID, *, follow: bool = False) -> Any:
        """A run's transitions; with `follow` an iterator that goes on with new ones until the run ends."""
        thread, client = self._behind()
        if follow:
            return thread.iterate(client.history(run_id, follow=True))
        return thread.call(client.history(run_id))
