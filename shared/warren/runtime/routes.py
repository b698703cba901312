"""Making a route that a message found missing: the queue of `warren.contracts.topology` that it belongs to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from warren.contracts import names
from warren.contracts.topology import Topology, action_queue
from warren.errors import UnroutableMessage
from warren.ports import Broker
from warren.runtime.logs import get_logger

log = get_logger(__name__)


def route_repair(broker: Broker, topology: Topology) -> Callable[[UnroutableMessage], Awaitable[None]]:
    """A function that declares what an `UnroutableMessage` missed; `topology` has all queues but the action queues."""
    by_binding = {binding: queue for queue in topology.queues for binding in queue.bindings}
    by_name = {queue.name: queue for queue in topology.queues}

    async def repair(error: UnroutableMessage) -> None:
        for exchange, key in error.routes:
            if exchange == names.ACTIONS_EXCHANGE:
                log.info("declaring an action queue that has no worker yet", queue=key)
                await broker.declare_queue(action_queue(key))
                continue
            queue = by_name.get(key) if exchange == names.DEFAULT_EXCHANGE else by_binding.get((exchange, key))
            if queue is None:
                raise error
            log.warning("declaring a missing queue", queue=queue.name)
            await broker.declare_queue(queue)

    return repair
