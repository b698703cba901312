"""The exchanges and queues of docs/explanation/architecture.md as data. Adapters declare them; nothing else decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from warren.contracts import names
from warren.contracts.requests import KINDS
from warren.errors import InvalidInput

QueueType = Literal["quorum", "classic"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A durable exchange."""

    name: str
    kind: Literal["direct", "fanout", "topic"]


@dataclass(frozen=True, slots=True)
class Queue:
    """A durable queue. `binding` is its (exchange, routing key), with `more_keys` at the same exchange; `dead_letter`
    names the queue for what it rejects."""

    name: str
    binding: tuple[str, str] | None = None
    more_keys: tuple[str, ...] = ()
    single_active_consumer: bool = False
    dead_letter: str | None = names.DEAD_QUEUE
    queue_type: QueueType | None = None
    """None takes the topology's own."""

    @property
    def bindings(self) -> list[tuple[str, str]]:
        """All exchanges and routing keys that route to it."""
        if self.binding is None:
            return []
        exchange, key = self.binding
        return [(exchange, each) for each in (key, *self.more_keys)]


@dataclass(frozen=True, slots=True)
class Topology:
    """Everything that must exist in a broker before the services can work."""

    queue_type: QueueType
    exchanges: tuple[Exchange, ...] = field(default=())
    queues: tuple[Queue, ...] = field(default=())


def action_queue(queue: str) -> Queue:
    """The broker queue that workers of an action queue compete on."""
    return Queue(names.action_queue(queue), binding=(names.ACTIONS_EXCHANGE, queue))


def suspect_queue(queue: str) -> Queue:
    """Where actions wait to be run alone; always a quorum queue, because that counts deliveries by itself."""
    return Queue(names.suspect_queue(queue), queue_type="quorum")


def blocked_queue() -> Queue:
    """Where workers whose event loop is blocked say so."""
    return Queue(names.BLOCKED_QUEUE, dead_letter=None, queue_type="classic")


def standard_topology(
    *, shards: int, queue_type: QueueType, action_queues: Iterable[str] = (names.DEFAULT_ACTION_QUEUE,)
) -> Topology:
    """The whole topology for `shards` event shards and the given action queues.

    Raises:
        InvalidInput: an action queue cannot have its name.
    """
    action_queues = tuple(action_queues)
    for queue in action_queues:
        if not names.is_action_queue(queue):
            raise InvalidInput(f"no action queue can have the name {queue!r}: {names.ACTION_QUEUE_RULE}")
    first_request, *more_requests = KINDS
    return Topology(
        queue_type=queue_type,
        exchanges=(
            Exchange(names.COMMANDS_EXCHANGE, "direct"),
            Exchange(names.ACTIONS_EXCHANGE, "direct"),
            Exchange(names.EVENTS_EXCHANGE, "direct"),
            Exchange(names.CONTROL_EXCHANGE, "fanout"),
            Exchange(names.LIFECYCLE_EXCHANGE, "topic"),
        ),
        queues=(
            Queue(names.DEAD_QUEUE, dead_letter=None),
            Queue(names.MARKER_QUEUE, dead_letter=None, queue_type="classic"),
            blocked_queue(),
            Queue(names.START_QUEUE, binding=(names.COMMANDS_EXCHANGE, names.START_KEY)),
            Queue(names.REGISTER_QUEUE, binding=(names.COMMANDS_EXCHANGE, names.REGISTER_KEY)),
            Queue(
                names.REQUESTS_QUEUE,
                binding=(names.COMMANDS_EXCHANGE, first_request),
                more_keys=tuple(more_requests),
                single_active_consumer=True,
            ),
            *(action_queue(queue) for queue in action_queues),
            *(suspect_queue(queue) for queue in action_queues),
            *(
                Queue(
                    names.event_queue(shard),
                    binding=(names.EVENTS_EXCHANGE, names.event_key(shard)),
                    single_active_consumer=True,
                )
                for shard in range(shards)
            ),
        ),
    )
