"""`RunHandle`: the synchronous handle of one run on the servers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, overload
from uuid import UUID

from warren.client import ClientRunHandle, HistoryEntry
from warren.sync.blocking import Bridged, blocking
from warren.sync.loop_thread import LoopThread


class RunHandle:
    """A run on the servers, for programs without an event loop. Any thread may use it, as long as its client is open.

    Its methods are those of `warren.client.ClientRunHandle`, without `await`. Ctrl-C ends any wait with
    `KeyboardInterrupt`; the run goes on, and the handle can be used again.
    """

    def __init__(self, client: Bridged, handle: ClientRunHandle) -> None:
        self._client = client
        """Kept, so that it stays open as long as somebody has a handle of it."""
        self._thread, _ = client._behind()
        self._handle = handle

    def __repr__(self) -> str:
        return f"<RunHandle {self.workflow} {self.id}>"

    def _behind(self) -> tuple[LoopThread, ClientRunHandle]:
        return self._thread, self._handle

    @property
    def id(self) -> UUID:
        """The id of the run."""
        return self._handle.id

    @property
    def workflow(self) -> str:
        """The name of the run's workflow."""
        return self._handle.workflow

    @property
    def is_accepted(self) -> bool:
        """Whether the run is known to exist, for starts that asked for it."""
        return self._handle.is_accepted

    accepted = blocking(ClientRunHandle.accepted)
    outcome = blocking(ClientRunHandle.outcome)
    result = blocking(ClientRunHandle.result)
    status = blocking(ClientRunHandle.status)
    describe = blocking(ClientRunHandle.describe)
    state = blocking(ClientRunHandle.state)
    cancel = blocking(ClientRunHandle.cancel)
    terminate = blocking(ClientRunHandle.terminate)
    pause = blocking(ClientRunHandle.pause)
    resume = blocking(ClientRunHandle.resume)
    signal = blocking(ClientRunHandle.signal)
    query = blocking(ClientRunHandle.query)
    update = blocking(ClientRunHandle.update)

    @overload
    def history(self, *, follow: Literal[False] = False) -> list[HistoryEntry]: ...
    @overload
    def history(self, *, follow: Literal[True]) -> Iterator[HistoryEntry]: ...
    def history(self, *, follow: bool = False) -> Any:
        """The run's transitions so far; with `follow` an iterator that goes on with new ones until the run ends."""
        if follow:
            return self._thread.iterate(self._handle.history(follow=True))
        return self._thread.call(self._handle.history())
