"""Notices connections that have gone silent: the server waits for us on them while we wait for the server.

A half-open connection says nothing, and a statement may rightly take long. So the server is asked, on a new connection,
about statements that have taken long already: where it is idle twice in a row, the statement or its answer was lost,
and the connection is ended; its statement is then made again as after any lost connection. Must not know statements.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    import asyncpg

    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]
    Statement: TypeAlias = tuple[Connection, float]

_CHECK_SECONDS: Final = 1.5
_LATE_SECONDS: Final = 3.0


class SilenceWatch:
    """Watches the statements under way. `idle_pids` asks the server which of these process ids have nothing to do."""

    def __init__(self, idle_pids: Callable[[list[int]], Awaitable[set[int]]]) -> None:
        self._idle_pids = idle_pids
        self._under_way: dict[Connection, float] = {}
        self._task: asyncio.Task[None] | None = None

    def begin(self, connection: Connection, now: float) -> None:
        """A statement is sent at `now`, the event loop's time."""
        self._under_way[connection] = now

    def end(self, connection: Connection) -> None:
        """It was answered, or has failed."""
        self._under_way.pop(connection, None)

    def start(self) -> None:
        """Begin to watch. Idempotent."""
        if self._task is None:
            self._task = asyncio.create_task(self._watch(), name="silent PostgreSQL connections")

    async def stop(self) -> None:
        """Watch no more. Idempotent."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        suspects: set[Statement] = set()
        while True:
            await asyncio.sleep(_CHECK_SECONDS)
            late = {each for each in self._under_way.items() if loop.time() - each[1] > _LATE_SECONDS}
            if not late:
                suspects = set()
                continue
            pids = {each: each[0].get_server_pid() for each in late}
            idle_pids = await self._idle_pids(list(pids.values()))
            idle = {each for each, pid in pids.items() if pid in idle_pids}
            for connection, began in idle & suspects:
                if self._under_way.get(connection) == began:
                    connection.terminate()
            suspects = idle
