"""A TCP proxy that loses what a test tells it to lose, at a known moment: for answers that never arrive."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Literal, Self

Loss = Literal["request", "answer"]


class LossyProxy:
    """Forwards 127.0.0.1:`port` to another port there: `async with LossyProxy(5432) as proxy`.

    After `lose_next("answer")` the next bytes from the server are swallowed and both sides are cut: the server has
    done its work and the client does not know. After `lose_next("request")` the server never hears of it.
    """

    def __init__(self, server_port: int) -> None:
        self.port = 0
        self.losses = 0
        self._server_port = server_port
        self._armed: Loss | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def lose_next(self, what: Loss) -> None:
        """Lose the next request or answer, on whichever connection."""
        self._armed = what

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._server_port)
        try:
            directions = {
                asyncio.ensure_future(self._forward(reader, server_writer, "request")),
                asyncio.ensure_future(self._forward(server_reader, writer, "answer")),
            }
            _, rest = await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
            for other in rest:
                other.cancel()
        finally:
            writer.transport.abort()
            server_writer.close()
            self._tasks.discard(task)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, what: Loss) -> None:
        while data := await reader.read(65536):
            if self._armed == what:
                self._armed = None
                self.losses += 1
                return
            writer.write(data)
            await writer.drain()
