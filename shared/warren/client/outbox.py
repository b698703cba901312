"""Publishing for many callers at once: what they hand over while a publication is in flight goes out together next.

Must not know what the messages mean.
"""

from __future__ import annotations

import asyncio
from typing import Final

from warren.ports import Broker, OutgoingMessage

_AT_ONCE: Final = 1_000


class Outbox:
    """Shares publications. `close` waits for what is in flight."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._waiting: list[tuple[OutgoingMessage, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None

    async def publish(self, message: OutgoingMessage) -> None:
        """Return when the broker has confirmed the message.

        Raises:
            BrokerUnavailable: the broker stayed away too long; the message may have been taken all the same.
            BrokerError: nobody takes such messages, or the broker refuses them.
        """
        confirmed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((message, confirmed))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._flush())
        await confirmed

    async def close(self) -> None:
        """Wait for what was handed over."""
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _flush(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
            error: BaseException | None = None
            try:
                await self._broker.publish([message for message, _ in batch])
            except Exception as failure:  # noqa: BLE001 - every caller is told
                error = failure
            except BaseException:
                for _, confirmed in [*batch, *self._waiting]:
                    confirmed.cancel()
                raise
            for _, confirmed in batch:
                if confirmed.done():
                    continue
                if error is None:
                    confirmed.set_result(None)
                else:
                    confirmed.set_exception(error)
