"""A TCP proxy in front of a server, to break connections as networks do: silently, at once, or under TLS."""

from __future__ import annotations

import asyncio
import ssl
from types import TracebackType
from typing import Self


class TcpProxy:
    """Forwards 127.0.0.1:`port` to `host` and its port. `freeze` swallows everything without closing anything."""

    def __init__(self, target_port: int, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self._host = host
        self._target_port = target_port
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self._refuses = False
        self.port = 0
        self.connections = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def freeze(self) -> None:
        """From now on nothing gets through, and nobody is told."""
        self._flows.clear()

    def thaw(self) -> None:
        """New connections get through again; those that were frozen stay lost."""
        for task in self._tasks:
            task.cancel()
        self._flows.set()

    def refuse(self) -> None:
        """Close every connection, and each new one at once, until `accept`."""
        self._refuses = True
        self.cut()

    def accept(self) -> None:
        """Undo `refuse`."""
        self._refuses = False

    def cut(self) -> None:
        """Close every connection."""
        for task in self._tasks:
            task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self._refuses:
            writer.close()
            return
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._flows.wait()
            target_reader, target_writer = await asyncio.open_connection(self._host, self._target_port)
            try:
                async with asyncio.TaskGroup() as pumps:
                    pumps.create_task(self._pump(reader, target_writer))
                    pumps.create_task(self._pump(target_reader, writer))
            finally:
                target_writer.close()
        except (OSError, asyncio.CancelledError, ExceptionGroup):
            pass
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._flows.wait()
            writer.write(data)
            await writer.drain()
        raise ConnectionResetError("one side closed")
