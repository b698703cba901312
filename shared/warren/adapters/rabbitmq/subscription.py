"""A subscription: a consumer that is there again after everything that can end one.

Its task opens a channel, waits for the end of it, and opens the next; callers see deliveries and never channels. It
knows nothing of publishing.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Iterator, Sequence

from warren.adapters.rabbitmq.connection import Connection, ConnectionKeeper
from warren.adapters.rabbitmq.consume_channel import ConsumeChannel
from warren.adapters.rabbitmq.declarations import Declarations
from warren.adapters.rabbitmq.retry import awake_timeout, retrying
from warren.adapters.rabbitmq.translation import ChannelRefused, translated
from warren.errors import BrokerError
from warren.ports.broker import Delivery, Subscription
from warren.tasks import first_of

log = logging.getLogger(__name__)

_CONSUME_SECONDS = 15.0
"""RabbitMQ may live and never answer what is asked of one queue: then it is asked again on another channel."""
_IDLE_SECONDS = 60.0
"""A consumer that has got nothing for so long, or up to twice as long, is replaced: RabbitMQ may have one and drop all
that is sent to it, where a queue was deleted and made again (`declarations`)."""


class RabbitSubscription(Subscription):
    """One queue's consumer; the `Subscription` of the port."""

    def __init__(
        self,
        queue: str,
        *,
        prefetch: int,
        keeper: ConnectionKeeper,
        declarations: Declarations,
        epochs: Iterator[int],
    ) -> None:
        self._queue = queue
        self._prefetch = prefetch
        self._keeper = keeper
        self._declarations = declarations
        self._epochs = epochs
        self._channel: ConsumeChannel | None = None
        self._ready: deque[Delivery] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._parting: asyncio.Task[None] | None = None
        self._has_begun = False
        self._ending = asyncio.Event()
        self._quiet = asyncio.Event()
        """Set when nothing more can arrive."""

    @property
    def is_active(self) -> bool:
        """Whether the broker has this consumer."""
        channel = self._channel
        return channel is not None and channel.is_active and not self._ending.is_set()

    @property
    def is_ended(self) -> bool:
        """Whether it was cancelled or closed."""
        return self._ending.is_set()

    async def start(self) -> None:
        """Consume for the first time. Raises `BrokerError` when there is no such queue."""
        begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._keep(begun), name=f"subscription {self._queue}")
        try:
            await begun
        except BaseException:
            await self.stop()
            raise

    async def receive(self, limit: int) -> list[Delivery]:
        """Wait for at least one delivery; take up to `limit`."""
        ready = self._ready
        while not ready:
            if self._ending.is_set():
                return []
            waiter = self._waiter = asyncio.get_running_loop().create_future()
            try:
                await waiter
            finally:
                self._waiter = None
        if len(ready) <= limit:
            taken = list(ready)
            ready.clear()
            return taken
        return [ready.popleft() for _ in range(limit)]

    def held(self, deliveries: list[Delivery]) -> list[Delivery]:
        """Those that can still be settled."""
        channel = self._channel
        if channel is None or channel.lost.is_set() or channel.connection.lost.is_set():
            return []
        epoch = channel.epoch
        if not deliveries or deliveries[0].epoch == epoch:  # epochs only grow
            return deliveries
        return [each for each in deliveries if each.epoch == epoch]

    def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Settle for good."""
        if (channel := self._channel) is not None:
            epoch = channel.epoch
            channel.ack([delivery.tag for delivery in deliveries if delivery.epoch == epoch])

    def nack(self, deliveries: Sequence[Delivery], *, requeue: bool = True) -> None:
        """Give back, or to the dead-letter queue."""
        if (channel := self._channel) is not None:
            epoch = channel.epoch
            channel.nack([delivery.tag for delivery in deliveries if delivery.epoch == epoch], requeue=requeue)

    async def cancel(self) -> None:
        """Stop receiving; what was received can still be settled."""
        if not self._ending.is_set():
            is_consuming = self.is_active
            self._ending.set()
            self._wake()
            if not is_consuming:
                await self.stop()  # away just now: there is nothing to give back
        await self._quiet.wait()

    async def stop(self) -> None:
        """End at once, without waiting for what is unsettled: it goes back to the queue. Idempotent."""
        self._ending.set()
        self._ready.clear()
        self._wake()
        channel = self._channel
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._parting is not None:
            await asyncio.wait({self._parting})
        if channel is not None:
            await channel.close()
        self._quiet.set()

    def _take(self, delivery: Delivery) -> None:
        self._ready.append(delivery)
        if (waiter := self._waiter) is not None and not waiter.done():
            waiter.set_result(None)

    def _wake(self) -> None:
        if (waiter := self._waiter) is not None and not waiter.done():
            waiter.set_result(None)

    async def _keep(self, begun: asyncio.Future[None]) -> None:
        try:
            while not self._ending.is_set():
                channel = await self._consume_at_last()
                if not begun.done():
                    begun.set_result(None)
                self._has_begun = True
                ends = (channel.lost.wait(), channel.connection.lost.wait(), self._ending.wait())
                await first_of(*ends, _until_idle(channel))
                if self._ending.is_set():
                    await self._wind_down(channel)
                await self._part_with(channel)
        except BrokerError as exc:
            if not begun.done():
                begun.set_exception(exc)
        finally:
            self._channel = None
            self._quiet.set()

    async def _consume_at_last(self) -> ConsumeChannel:
        async for attempt in retrying(self._report, gives_up_on=self._is_final):
            with attempt:
                channel = await self._consume()
        return channel

    async def _consume(self) -> ConsumeChannel:
        connection = await self._keeper.up()
        with translated(connection.where):
            async with awake_timeout(_CONSUME_SECONDS):
                return await self._consume_on(connection)

    async def _consume_on(self, connection: Connection) -> ConsumeChannel:
        if self._has_begun:
            await self._declarations.restore_queue(connection, self._queue)
        channel = self._channel = await ConsumeChannel.open(
            connection, queue=self._queue, epoch=next(self._epochs), on_delivery=self._take
        )
        try:
            await channel.consume(prefetch=self._prefetch)
        except BaseException:
            await self._part_with(channel)
            raise
        return channel

    async def _part_with(self, channel: ConsumeChannel) -> None:
        """Close the channel, whatever becomes of this task: RabbitMQ drops a connection that goes on as if it were
        closed before it has answered."""
        self._channel = None
        self._ready.clear()
        self._parting = asyncio.create_task(channel.close())
        await asyncio.shield(self._parting)

    async def _wind_down(self, channel: ConsumeChannel) -> None:
        """Cancel, give back what nobody took, and wait until the rest is settled."""
        try:
            await channel.cancel()
        except BrokerError as exc:
            log.debug("cancelling the consumer of %s: %s", self._queue, exc)
            return
        channel.nack([delivery.tag for delivery in self._ready], requeue=True)
        self._ready.clear()
        channel.connection.flush()
        self._quiet.set()
        if not channel.is_drained:
            channel.drained.clear()
            await first_of(channel.lost.wait(), channel.connection.lost.wait(), channel.drained.wait())

    def _is_final(self, error: BrokerError) -> bool:
        """The first attempt says whether the queue exists; later it is worth waiting for."""
        return self._ending.is_set() or (isinstance(error, ChannelRefused) and not self._has_begun)

    def _report(self, error: BrokerError) -> None:
        log.warning("cannot consume %s: %s; retrying", self._queue, error)


async def _until_idle(channel: ConsumeChannel) -> None:
    """Return when nothing has come for a while and nothing that came is still worked on."""
    delivered = -1
    while delivered != channel.delivered or not channel.is_drained:
        delivered = channel.delivered
        await asyncio.sleep(random.uniform(1, 2) * _IDLE_SECONDS)  # not all at once
