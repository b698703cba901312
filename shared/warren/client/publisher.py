"""Publishing for many callers at once: what they hand over while a publication is in flight goes out together next.

Must not know what the messages mean.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from warren.contracts.limits import too_large
from warren.errors import BrokerError, MessageRefused, UnroutableMessage
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
            BrokerUnavailable: the broker stayed away too long; the message may have been taken nevertheless.
            ValueTooLarge: it has more bytes than the broker takes.
            BrokerError: nobody takes such messages, or the broker refuses this one.
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
            errors: dict[int, Exception] = {}
            try:
                await self._broker.publish([message for message, _ in batch])
            except MessageRefused as refused:
                errors = _errors_of([message for message, _ in batch], refused)
            except Exception as failure:  # noqa: BLE001 - every caller gets it
                errors = dict.fromkeys(range(len(batch)), failure)
            except BaseException:
                for _, confirmed in [*batch, *self._waiting]:
                    confirmed.cancel()
                raise
            for index, (_, confirmed) in enumerate(batch):
                if confirmed.done():
                    continue
                if index in errors:
                    confirmed.set_exception(errors[index])
                else:
                    confirmed.set_result(None)


def _errors_of(messages: Sequence[OutgoingMessage], refused: MessageRefused) -> dict[int, Exception]:
    """What each caller gets when the broker has taken only the other messages."""
    routes = set(refused.routes)
    errors: dict[int, Exception] = {
        index: UnroutableMessage.to([(message.exchange, message.routing_key)])
        for index, message in enumerate(messages)
        if (message.exchange, message.routing_key) in routes
    }
    for index, refusal in refused.refusals.items():
        if refusal.limit is not None:
            errors[index] = too_large("the message", len(messages[index].body), limit=refusal.limit)
        else:
            errors[index] = BrokerError(f"the broker does not take the message: {refusal.reason}")
    return errors
