"""What becomes of a delivery of an action queue: it is run, parked, split, taken for one that is here, or given up.

A delivery that comes again may have crashed a worker. If it holds several actions, each is re-published in
a message of its own, so that each is counted by itself. From the third time on an action is a suspect: it goes to its
action queue's queue of suspects, of which a worker holds one message at a time and runs it alone (`pool`). So what is
counted there are the deaths that it was present at by itself, and what merely waited beside a killer is never taken for
one. After `max_deliveries` in all it is reported as lost.

A classic queue does not count. What it delivers again is re-published with the count in a header, and so is counted
as exactly as in a quorum queue, but where a worker dies between that and the acknowledgement. Must not know how an
action is run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Final

from warren.contracts import messages, names, wire
from warren.errors import MessageError
from warren.ports import Delivery, OutgoingMessage, Subscription
from warren.runtime.dead_letters import parked
from warren.runtime.logs import get_logger
from warren_worker.attempts import Attempt, DeliveryHold, Lease
from warren_worker.executor import Executor
from warren_worker.leases import Leases
from warren_worker.pool import Pool
from warren_worker.result_publisher import ResultPublisher

log = get_logger(__name__)

SUSPECT_DELIVERIES: Final = 2


class DeliveryTriage:
    """Takes deliveries. `max_deliveries` is how often an action may be the death of a worker."""

    def __init__(
        self, *, pool: Pool, reporter: ResultPublisher, performer: Executor, leases: Leases, max_deliveries: int
    ) -> None:
        self._pool = pool
        self._reporter = reporter
        self._performer = performer
        self._leases = leases
        self._max_deliveries = max_deliveries
        self._loop = asyncio.get_running_loop()

    def take(self, subscription: Subscription, delivery: Delivery) -> None:
        """Take one delivery of `subscription`, which is settled in time."""
        actions = self._read(subscription, delivery)
        if not actions:
            return
        hold = DeliveryHold(subscription, delivery, len(actions), arrived_at=self._loop.time())
        if delivery.redelivered or delivery.delivery_count:
            self._take_again(hold, actions)
        else:
            self._pool.add([attempt for attempt in _attempts(actions, hold) if not self._recognises(attempt, hold)])

    def take_suspect(self, subscription: Subscription, delivery: Delivery) -> None:
        """Take one delivery of a queue of suspects."""
        actions = self._read(subscription, delivery)
        if not actions:
            return
        hold = DeliveryHold(subscription, delivery, len(actions), arrived_at=self._loop.time())
        if len(actions) > 1:
            self._replace(hold, [_alone(delivery, action) for action in actions])
            return
        attempt = Attempt(actions[0], hold)
        if self._recognises(attempt, hold):
            return
        count = SUSPECT_DELIVERIES + _deliveries_before(delivery)
        if count >= self._max_deliveries:
            log.error(
                "action failed: too many redeliveries",
                action=attempt.action.action,
                run_id=str(attempt.action.run_id),
                count=count,
            )
            self._performer.give_up(attempt, count)
        elif delivery.delivery_count is None:
            self._replace(hold, [_counted(delivery)])
        else:
            self._reporter.when_settled(partial(self._pool.add_suspect, attempt))

    def _read(self, subscription: Subscription, delivery: Delivery) -> tuple[messages.RunAction, ...]:
        """The actions of a delivery; one that has none is settled."""
        try:
            actions = wire.load_actions(delivery.body)
        except MessageError as error:
            log.warning("message dead-lettered", queue=delivery.queue, error=str(error)[:500])
            hold = DeliveryHold(subscription, delivery, 1)
            self._reporter.replace(hold, [parked(delivery, reason=error.code, detail=str(error))])
            return ()
        if not actions:
            subscription.ack([delivery])
        return actions

    def _take_again(self, hold: DeliveryHold, actions: tuple[messages.RunAction, ...]) -> None:
        """A delivery that was delivered before, here or to another worker."""
        remaining = [attempt for attempt in _attempts(actions, hold) if not self._recognises(attempt, hold)]
        if not remaining:
            return
        if len(actions) > 1:
            if len(remaining) < len(actions):
                self._pool.add(remaining)  # it was this worker, and it is alive
            else:
                self._replace(hold, [_alone(hold.delivery, action) for action in actions])
            return
        (attempt,) = remaining
        count = _deliveries_before(hold.delivery)
        if count >= SUSPECT_DELIVERIES:
            action = attempt.action
            log.warning(
                "action isolated after redeliveries", action=action.action, run_id=str(action.run_id), count=count
            )
            self._replace(hold, [_suspect(hold.delivery)])
        elif hold.delivery.delivery_count is None:
            self._replace(hold, [_counted(hold.delivery)])
        else:
            self._pool.add([attempt])

    def _replace(self, hold: DeliveryHold, messages: Sequence[OutgoingMessage]) -> None:
        """Publish these instead of a delivery. Until that is settled nothing begins: an action that ended this worker
        now would leave both, and where such actions are, copies would become more with each of their ends.
        """
        self._pool.hold()
        self._reporter.replace(hold, messages)
        self._reporter.when_settled(self._pool.release)

    def _recognises(self, again: Attempt, hold: DeliveryHold) -> bool:
        """What is here, or was until just now, must not run twice: its result settles the new delivery, too.

        It comes again after a lost connection, or because a coordinator published it once more.
        """
        attempt = self._pool.find(again.key)
        if attempt is None:
            return self._reporter.answer_again(again)
        known = attempt.hold
        if isinstance(known, Lease):
            self._leases.promote(attempt, hold)
        else:
            hold.begun = hold.begun or known.begun
            attempt.hold = hold
            self._reporter.settle(known)  # of the lost connection, or one more message of this very attempt
        return True


def _attempts(actions: tuple[messages.RunAction, ...], hold: DeliveryHold) -> list[Attempt]:
    return [Attempt(action, hold) for action in actions]


def _deliveries_before(delivery: Delivery) -> int:
    """How often it was delivered before: by its queue's count and the one that it brought along."""
    try:
        brought = int(delivery.headers.get(names.HEADER_DELIVERIES, 0))
    except (TypeError, ValueError):
        brought = 0
    return max(brought, 0) + (1 if delivery.delivery_count is None else delivery.delivery_count)


def _alone(delivery: Delivery, action: messages.RunAction) -> OutgoingMessage:
    body = wire.dump(messages.ActionBatch(items=(action,)))
    return OutgoingMessage(delivery.exchange, delivery.routing_key, body, headers=_trace(delivery))


def _counted(delivery: Delivery) -> OutgoingMessage:
    """The same once more, with a count that its queue cannot keep."""
    headers = {**_trace(delivery), names.HEADER_DELIVERIES: str(_deliveries_before(delivery))}
    return OutgoingMessage(delivery.exchange, delivery.routing_key, delivery.body, headers=headers)


def _suspect(delivery: Delivery) -> OutgoingMessage:
    queue = delivery.queue.removeprefix(names.action_queue(""))
    return OutgoingMessage(names.DEFAULT_EXCHANGE, names.suspect_queue(queue), delivery.body, headers=_trace(delivery))


def _trace(delivery: Delivery) -> dict[str, str]:
    return {key: value for key, value in delivery.headers.items() if key == names.HEADER_TRACEPARENT}
