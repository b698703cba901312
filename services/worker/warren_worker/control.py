"""The control queue: orders to all workers at once. What was cancelled loses its attempts here."""

from __future__ import annotations

import asyncio

from warren.contracts import messages, names, wire
from warren.errors import MessageError
from warren.ports import Broker
from warren.runtime.logs import get_logger
from warren_worker.pool import Pool

log = get_logger(__name__)


async def obey_control(broker: Broker, pool: Pool) -> None:
    """Listen on a private queue until cancelled; run it as a task."""
    queue = await broker.declare_private_queue(bindings=[(names.CONTROL_EXCHANGE, "")])
    subscription = await broker.subscribe(queue, prefetch=100)
    while deliveries := await subscription.receive(100):
        for delivery in deliveries:
            try:
                order = wire.load(messages.CancelActions, delivery.body)
            except MessageError as error:
                log.warning("control message ignored", error=str(error)[:500])
                continue
            stopped = pool.cancel(order)
            if stopped:
                log.info("cancelled actions stopped", actions=stopped)
        subscription.ack(deliveries)
        await asyncio.sleep(0)
