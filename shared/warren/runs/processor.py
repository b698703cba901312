"""The loop that compiler and coordinator share: receive, handle (load, apply, commit), publish, acknowledge.

It keeps the one rule (docs/explanation/guarantees.md): a message is acknowledged after what it changed is committed and
what it causes is confirmed. It takes what is ready and never waits to fill a batch; while one batch's confirms are in
flight the next one is handled; acknowledgements follow in order. It must not know what the messages mean.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from warren.contracts import names
from warren.errors import InfrastructureError, InternalError
from warren.ports import Delivery, OutgoingMessage, Subscription
from warren.runs.delayed_acks import Acknowledgements, Chunk
from warren.runtime import crash_points
from warren.runtime.batching import (
    BATCHES_IN_FLIGHT,
    DELAYED_ACK_BATCHES,
    HANDLED_BYTES,
    HANDLED_MESSAGES,
    REMEMBERED_BATCHES,
)
from warren.runtime.logs import get_logger
from warren.runtime.publisher import FIRST_DELAY, LONGEST_DELAY, Publisher
from warren.tasks import ends_before

log = get_logger(__name__)


@dataclass(slots=True)
class Handled:
    """What came of a batch, now that its changes are committed.

    `messages` are confirmed before the batch is acknowledged. `causes` name what was done, for `RecentCauses`.
    """

    messages: list[OutgoingMessage] = field(default_factory=list)
    causes: Collection[Hashable] = ()


class Handler(Protocol):
    """What a service does with its messages."""

    async def handle(self, deliveries: Sequence[Delivery]) -> Handled:
        """Commit what the deliveries change, all or nothing, and say what to publish.

        After any exception nothing may have been committed, or doing it again must do the same thing. An
        `InfrastructureError` has the same batch handled again, later; any other exception has each delivery handled
        alone, and the one that raises given up. What is handled again is `redelivered`: the failed try may have been
        committed nevertheless, and what it caused must be looked up.
        """
        ...

    async def give_up(self, delivery: Delivery, error: Exception) -> Handled:
        """What becomes of a delivery that, alone, cannot be handled because of `error`: it is acknowledged after this.

        Its caller must get an answer, or it must come again. May raise `InfrastructureError`: asked again later.
        """
        ...


class RecentCauses:
    """What this process did in its last batches: committed, and published or publishing.

    A redelivery (after a lost connection) of a message that is in here need not be published again: acknowledgements
    are in order, so it is acknowledged after the publication that may still be in flight.
    """

    __slots__ = ("_batches", "batches")

    def __init__(self, batches: int = REMEMBERED_BATCHES) -> None:
        self.batches = batches
        """How many it remembers."""
        self._batches: deque[Collection[Hashable]] = deque(maxlen=batches)

    def add(self, causes: Collection[Hashable]) -> None:
        """Remember a committed batch."""
        if causes:
            self._batches.append(causes)

    def did(self, cause: Hashable) -> bool:
        """Whether a remembered batch had this cause."""
        for index, batch in enumerate(self._batches):
            known = batch
            if not isinstance(known, frozenset):  # looked up for the first time
                known = self._batches[index] = frozenset(batch)
            if cause in known:
                return True
        return False


@dataclass(slots=True)
class _Batch:
    """A batch on its way from commit to acknowledgement."""

    chunks: list[Chunk]
    publication: asyncio.Task[None] | None


class Processor:
    """Runs one handler over the deliveries of some subscriptions.

    `limit` bounds a batch, `in_flight` the batches whose confirms are outstanding.

    Raises:
        InternalError: `recent` does not remember all batches that can be unacknowledged.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        publisher: Publisher,
        subscriptions: Sequence[Subscription],
        recent: RecentCauses,
        limit: int = HANDLED_MESSAGES,
        in_flight: int = BATCHES_IN_FLIGHT,
    ) -> None:
        if recent.batches <= in_flight + DELAYED_ACK_BATCHES:
            raise InternalError(
                f"{in_flight} batches in flight and {DELAYED_ACK_BATCHES} that wait to be acknowledged are not fewer "
                f"than the {recent.batches} that are remembered: a redelivery of one of them would be published again"
            )
        self._handler = handler
        self._publisher = publisher
        self._subscriptions = list(subscriptions)
        self._limit = limit
        self._slots = asyncio.Semaphore(in_flight)
        self._inbox: deque[Chunk] = deque()
        self._arrived = asyncio.Event()
        self._open = len(subscriptions)
        self._delivering: set[Subscription] = set()
        self._group: asyncio.TaskGroup | None = None
        self._stopping = asyncio.Event()
        self._unsettled: deque[_Batch] = deque()
        self._unsettled_grew = asyncio.Event()
        self._recent = recent
        self._acknowledgements = Acknowledgements()
        self._handling_ended = False

    @property
    def is_active(self) -> bool:
        """Whether the broker has every consumer of this processor."""
        return all(subscription.is_active for subscription in self._subscriptions)

    def has_received(self, subscription: Subscription) -> bool:
        """Whether anything has come from this subscription."""
        return subscription in self._delivering

    async def replace(self, old: Subscription, subscribe: Callable[[], Awaitable[Subscription]]) -> Subscription | None:
        """Cancel a subscription, and have `subscribe` make another one in its place, while `run` is at work.

        What the old one received is finished; what it did not is back in the queue when `subscribe` is called. None
        when the processor is stopping: then there is no other one.
        """
        if self._stopping.is_set() or self._group is None:
            return None
        self._open += 1  # for the new one, so that the loop does not end in between
        self._subscriptions.remove(old)
        new: Subscription | None = None
        try:
            await old.cancel()
            self._delivering.discard(old)
            new = await self._unless_stopping(subscribe())
        finally:
            if new is None:
                self._open -= 1
                self._arrived.set()
        if new is None:
            return None
        self._subscriptions.append(new)
        self._group.create_task(self._receive(new))
        if self._stopping.is_set():
            await new.cancel()
        return new

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set and what was received is finished; cancelling leaves the rest to redelivery."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                for subscription in self._subscriptions:
                    group.create_task(self._receive(subscription))
                group.create_task(self._settle())
                stopper = group.create_task(self._cancel_when(stop))
                await self._handle_all(group)
                if not stop.is_set():
                    stopper.cancel()
        finally:
            self._acknowledgements.drop()

    async def _cancel_when(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._stopping.set()
        await asyncio.gather(*(subscription.cancel() for subscription in self._subscriptions))

    async def _unless_stopping(self, subscribing: Awaitable[Subscription]) -> Subscription | None:
        task = asyncio.ensure_future(subscribing)
        return task.result() if await ends_before(task, self._stopping) else None

    async def _receive(self, subscription: Subscription) -> None:
        try:
            while deliveries := await subscription.receive(self._limit):
                self._inbox.append((subscription, deliveries))
                self._delivering.add(subscription)
                self._arrived.set()
        finally:
            self._open -= 1
            self._arrived.set()

    async def _handle_all(self, group: asyncio.TaskGroup) -> None:
        while True:
            if not self._inbox:
                if not self._open:
                    break
                self._arrived.clear()
                await self._arrived.wait()
                continue
            await self._slots.acquire()
            chunks = self._take()
            handled = await self._handle(_with_earlier_tries(chunks))
            crash_points.reached(crash_points.COMMITTED)
            task = group.create_task(self._publisher.publish(handled.messages)) if handled.messages else None
            self._recent.add(handled.causes)
            self._unsettled.append(_Batch(chunks, task))
            self._unsettled_grew.set()
        self._handling_ended = True
        self._unsettled_grew.set()

    def _take(self) -> list[Chunk]:
        """What is here, up to so many messages and so many bytes: what came as one chunk may have to be cut."""
        chunks: list[Chunk] = []
        count = size = 0
        while self._inbox and count + len(self._inbox[0][1]) <= self._limit:
            subscription, deliveries = self._inbox.popleft()
            fits = len(deliveries)
            for index, delivery in enumerate(deliveries):
                size += len(delivery.body)
                if size > HANDLED_BYTES and (count or index):
                    fits = index
                    break
            if fits < len(deliveries):
                self._inbox.appendleft((subscription, deliveries[fits:]))
            if fits:
                chunks.append((subscription, deliveries[:fits]))
            if fits < len(deliveries):
                break
            count += fits
        return chunks

    async def _handle(self, chunks: list[Chunk]) -> Handled:
        try:
            return await self._with_retries(self._handler.handle, chunks)
        except Exception as error:
            deliveries = _flat(chunks)
            if len(deliveries) == 1:
                log.exception("message dead-lettered: handling it failed", queue=deliveries[0].queue)
                return await self._with_retries(partial(self._give_up, error), chunks)
        log.warning("batch failed, handling its messages one by one", count=len(deliveries))
        messages: list[OutgoingMessage] = []
        causes: list[Hashable] = []
        for subscription, chunk in chunks:
            for delivery in chunk:
                handled = await self._handle([(subscription, [delivery.as_redelivered()])])
                messages += handled.messages
                causes += handled.causes
        return Handled(messages, causes)

    async def _give_up(self, error: Exception, deliveries: list[Delivery]) -> Handled:
        return await self._handler.give_up(deliveries[0], error)

    async def _with_retries(
        self, handle: Callable[[list[Delivery]], Awaitable[Handled]], chunks: list[Chunk]
    ) -> Handled:
        """Handle what is still held. What is not comes again; where the broker lost its data it does not, and what it
        would cause must not come after the recovery from that, which is to find it."""
        delay = FIRST_DELAY
        while deliveries := _flat([(subscription, subscription.held(chunk)) for subscription, chunk in chunks]):
            try:
                return await handle(deliveries)
            except InfrastructureError as error:
                log.warning("handling failed, retrying", error=f"{type(error).__name__}: {error}", retry_in=delay)
                chunks = [(each, [delivery.as_redelivered() for delivery in chunk]) for each, chunk in chunks]
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY)
        return Handled()

    async def _settle(self) -> None:
        while True:
            while self._unsettled:
                batch = self._unsettled[0]
                if batch.publication is not None:
                    await batch.publication
                crash_points.reached(crash_points.PUBLISHED)
                self._acknowledgements.add(batch.chunks)
                self._unsettled.popleft()
                self._slots.release()
            if self._handling_ended:
                self._acknowledgements.flush()
                return
            self._unsettled_grew.clear()
            await self._unsettled_grew.wait()


def _flat(chunks: Sequence[Chunk]) -> list[Delivery]:
    """The deliveries, in order."""
    return chunks[0][1] if len(chunks) == 1 else [delivery for _, chunk in chunks for delivery in chunk]


def _with_earlier_tries(chunks: list[Chunk]) -> list[Chunk]:
    """With what was in the quarantine as redelivered: it may have been handled before that."""
    for _, deliveries in chunks:
        for delivery in deliveries:
            if delivery.headers and names.HEADER_TRIES in delivery.headers:
                return [(subscription, [_with_earlier_try(each) for each in chunk]) for subscription, chunk in chunks]
    return chunks


def _with_earlier_try(delivery: Delivery) -> Delivery:
    return delivery.as_redelivered() if names.HEADER_TRIES in delivery.headers else delivery
