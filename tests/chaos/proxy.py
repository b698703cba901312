"""A TCP proxy that misbehaves on demand: it delays, resets, or swallows what flows in one direction.

It forwards bytes and understands none of them.
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Literal, Self

Direction = Literal["to_server", "to_client"]
_CHUNK = 1 << 18


class ChaosProxy:
    """Forwards 127.0.0.1:`port` to `server_port` there. What is changed holds for connections old and new."""

    def __init__(self, server_port: int, *, host: str = "127.0.0.1") -> None:
        self.port = 0
        self.swallowed = 0
        """Pieces of data that were lost."""
        self._host = host
        self.delay_seconds = 0.0
        self._server_port = server_port
        self._swallows: Direction | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._listener: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._listener is not None
        self._listener.close()
        self.reset()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def reset(self) -> None:
        """Break every connection at once."""
        for task in self._tasks:
            task.cancel()

    def swallow(self, direction: Direction | None) -> None:
        """Let nothing through in one direction, and tell nobody; None lets everything through to new connections.

        Connections that have lost something stay silent until their ends give them up.
        """
        self._swallows = direction

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            server_reader, server_writer = await asyncio.open_connection(self._host, self._server_port)
            try:
                pumps = {
                    asyncio.ensure_future(self._pump(reader, server_writer, "to_server")),
                    asyncio.ensure_future(self._pump(server_reader, writer, "to_client")),
                }
                try:
                    await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for pump in pumps:
                        pump.cancel()
            finally:
                server_writer.transport.abort()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: Direction) -> None:
        is_lost = False
        try:
            while data := await reader.read(_CHUNK):
                if self.delay_seconds:
                    await asyncio.sleep(self.delay_seconds)
                is_lost = is_lost or self._swallows == direction
                self.swallowed += is_lost
                if not is_lost:
                    writer.write(data)
                    await writer.drain()
        except OSError:
            pass
