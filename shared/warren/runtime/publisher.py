"""Publishing until everything is taken, however long that is: past outages, missing routes and refusals.

What the broker refuses is replaced by the failure of what it was about (`replacements`); what is refused again, or may
be taken later, is set aside, run by run, where the owner of the publisher keeps it. So one message holds nothing up for
long.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from warren.contracts import names
from warren.errors import InfrastructureError, MessageRefused, Refusal, UnroutableMessage
from warren.ports import Broker, OutgoingMessage
from warren.runtime.logs import get_logger
from warren.runtime.replacements import by_run, replacement_of

log = get_logger(__name__)

FIRST_DELAY: Final = 0.1
LONGEST_DELAY: Final = 5.0

Repair = Callable[[UnroutableMessage], Awaitable[None]]
"""Makes a route that was missing."""
SetAside = Callable[[Sequence[tuple[OutgoingMessage, Refusal]]], Awaitable[None]]
"""Keeps messages that the broker does not take now, or loses them loudly. An `InfrastructureError` is tried again."""


async def forget_loudly(refused: Sequence[tuple[OutgoingMessage, Refusal]]) -> None:
    """For a process that has nowhere to keep messages: what they were about is found and sent again by coordinators."""
    for message, refusal in refused:
        log.error(
            "message dropped: refused by the broker",
            exchange=message.exchange,
            routing_key=message.routing_key,
            size=len(message.body),
            reason=refusal.reason,
        )


class Publisher:
    """Publishes for one process. `set_aside` keeps what the broker does not take."""

    def __init__(self, broker: Broker, *, repair: Repair, set_aside: SetAside = forget_loudly) -> None:
        self._broker = broker
        self._repair = repair
        self._set_aside = set_aside

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        """Return when everything is confirmed, replaced or set aside.

        What was confirmed before a failure may be published twice.
        """
        delay = FIRST_DELAY
        last: dict[int, OutgoingMessage] = {}  # by identity: what cannot be replaced again
        while messages:
            try:
                await self._broker.publish(messages)
            except MessageRefused as error:
                messages = await self._without_refused(messages, error, last)
                continue
            except UnroutableMessage as error:
                messages = _of_routes(messages, error.routes) or messages
                if await self._repaired(error):
                    continue
            except InfrastructureError as error:
                log.warning("publishing failed, retrying", error=f"{type(error).__name__}: {error}", retry_in=delay)
            else:
                return
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY)

    async def _without_refused(
        self, messages: Sequence[OutgoingMessage], error: MessageRefused, last: dict[int, OutgoingMessage]
    ) -> list[OutgoingMessage]:
        """What is left to be sent: replacements, and what found no queue."""
        taken = [message for index, message in enumerate(messages) if index not in error.refusals]
        left = _of_routes(taken, error.routes)
        if left:
            await self._repaired(UnroutableMessage.to(error.routes))
        aside: list[tuple[OutgoingMessage, Refusal]] = []
        for index, refusal in error.refusals.items():
            message = messages[index]
            replacement = None
            if not refusal.may_pass and id(message) not in last:
                replacement = replacement_of(message, refusal)
            if refusal.may_pass and len(parts := by_run(message)) > 1:
                left += parts
            elif replacement is not None:
                log.warning("message replaced: refused by the broker", **_described(message, refusal))
                left += replacement.messages
                if replacement.is_final:
                    last |= {id(each): each for each in replacement.messages}
            elif _is_reply(message):
                log.warning("reply dropped: refused by the broker", **_described(message, refusal))
            else:
                aside.append((message, refusal))
        if aside:
            await self._keep(aside)
        return left

    async def _keep(self, aside: Sequence[tuple[OutgoingMessage, Refusal]]) -> None:
        delay = FIRST_DELAY
        while True:
            try:
                await self._set_aside(aside)
            except InfrastructureError as error:
                log.warning(
                    "quarantining messages failed, retrying", error=f"{type(error).__name__}: {error}", retry_in=delay
                )
                await asyncio.sleep(delay)
                delay = min(delay * 2, LONGEST_DELAY)
            else:
                return

    async def _repaired(self, error: UnroutableMessage) -> bool:
        try:
            await self._repair(error)
        except InfrastructureError as failure:
            log.warning("declaring a missing queue failed", error=f"{type(failure).__name__}: {failure}")
            return False
        return True


def _of_routes(messages: Sequence[OutgoingMessage], routes: Sequence[tuple[str, str]]) -> list[OutgoingMessage]:
    wanted = set(routes)
    return [message for message in messages if (message.exchange, message.routing_key) in wanted]


def _is_reply(message: OutgoingMessage) -> bool:
    """Whether it goes to a client's own queue; a client that misses an answer asks again."""
    return message.exchange == names.DEFAULT_EXCHANGE and not message.mandatory


def _described(message: OutgoingMessage, refusal: Refusal) -> dict[str, object]:
    return {
        "exchange": message.exchange,
        "routing_key": message.routing_key,
        "size": len(message.body),
        "reason": refusal.reason[:500],
    }
