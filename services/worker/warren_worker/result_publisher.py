"""Results on their way out: gathered per shard, published in batches, and their deliveries acknowledged after that.

One publication is in flight at a time; what finishes meanwhile joins the next one, so batches form by themselves. Must
not know what an action is.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from warren.contracts import names, rendering
from warren.contracts.messages import RunAction
from warren.errors import Refusal
from warren.ports import Broker, Delivery, OutgoingMessage, Subscription
from warren.runtime import crash_points
from warren.runtime.batching import RESULTS, slices
from warren.runtime.publisher import Publisher, Repair, forget_loudly
from warren_worker.attempts import Attempt, DeliveryHold, Key, Lease

REMEMBERED_ITEMS: Final = 4096
REMEMBERED_BYTES: Final = 8 << 20
_RETRY_SECONDS: Final = 0.5

_Item = tuple[bytes, RunAction, DeliveryHold | Lease]
"""An event, the action that it is about, and what holds the attempt: a delivery is settled with it."""


class _Answers:
    """The events of the last attempts: at least so many items or bytes, at most twice as many."""

    __slots__ = ("_bytes", "_earlier", "_latest")

    def __init__(self) -> None:
        self._latest: dict[Key, bytes] = {}
        self._earlier: dict[Key, bytes] = {}
        self._bytes = 0

    def note(self, key: Key, event: bytes) -> None:
        self._latest[key] = event
        self._bytes += len(event)
        if self._bytes > REMEMBERED_BYTES or len(self._latest) > REMEMBERED_ITEMS:
            self._earlier, self._latest, self._bytes = self._latest, {}, 0

    def find(self, key: Key) -> bytes | None:
        return self._latest.get(key) or self._earlier.get(key)


class ResultPublisher:
    """Publishes events and settles deliveries. `repair` makes a route that was missing.

    It remembers the last answers: an attempt whose acknowledgement was lost with the connection comes again, and is
    answered with them instead of being run a second time.
    """

    def __init__(self, broker: Broker, *, repair: Repair) -> None:
        self._broker = broker
        self._publisher = Publisher(broker, repair=repair, set_aside=self._hold_back)
        self._held_back: list[OutgoingMessage] = []
        """What a full queue rejects; sent again until it is taken."""
        self._events: dict[int, list[_Item]] = {}
        self._messages: list[OutgoingMessage] = []
        self._settled: list[DeliveryHold] = []
        self._answers = _Answers()
        self._leased: list[Attempt] = []
        self._leased_in_flight: list[Attempt] = []
        self._afterwards: list[Callable[[], None]] = []
        self._arrived = asyncio.Event()
        self._is_closing = False

    def report(self, attempt: Attempt, event: bytes) -> None:
        """Publish what became of an attempt; its delivery is settled once that is confirmed."""
        crash_points.reached(crash_points.PERFORMED)
        self._answers.note(attempt.key, event)
        if attempt.is_leased:
            self._leased.append(attempt)
        self.publish(attempt.action, event, attempt.hold)

    @property
    def leased(self) -> list[Attempt]:
        """Attempts with a lease that have ended, of whose result nobody else knows yet. Another thread may ask, too."""
        return [*self._leased, *self._leased_in_flight]

    def answer_again(self, attempt: Attempt) -> bool:
        """Publish once more what became of this attempt, if it was reported here lately; whether it was."""
        event = self._answers.find(attempt.key)
        if event is None:
            return False
        self.publish(attempt.action, event, attempt.hold)
        return True

    def publish(self, action: RunAction, event: bytes, hold: DeliveryHold | Lease) -> None:
        """Publish an event of a run; once it is confirmed it settles `hold`, if that is a delivery."""
        events = self._events.get(action.shard)
        if events is None:
            events = self._events[action.shard] = []
        events.append((event, action, hold))
        self._arrived.set()

    def drop(self, attempt: Attempt) -> None:
        """Settle an attempt that nobody waits for any more."""
        if isinstance(attempt.hold, DeliveryHold):
            self.settle(attempt.hold)

    def settle(self, hold: DeliveryHold) -> None:
        """Settle one attempt of a delivery: another one answers for it."""
        self._settled.append(hold)
        self._arrived.set()

    def replace(self, hold: DeliveryHold, messages: Iterable[OutgoingMessage]) -> None:
        """Publish these instead of a whole delivery, which is settled once they are confirmed."""
        self._messages += messages
        self._settled.append(hold)
        hold.unsettled = 1
        self._arrived.set()

    def when_settled(self, call: Callable[[], None]) -> None:
        """Call this once everything that was reported or replaced so far is settled; not at all after `finish`."""
        self._afterwards.append(call)
        self._arrived.set()

    async def run(self) -> None:
        """Publish until `finish` was called and nothing is left; run it as a task."""
        while True:
            if not (self._events or self._messages or self._settled or self._afterwards):
                if self._is_closing and not self._held_back:
                    return
                self._arrived.clear()
                await self._wait()
                if not self._held_back:
                    continue
            afterwards, self._afterwards = self._afterwards, []
            messages, settled = self._take()
            self._leased_in_flight, self._leased = self._leased, []
            if messages:
                await self._publisher.publish(messages)
            crash_points.reached(crash_points.REPORTED)
            self._leased_in_flight = []
            _acknowledge(settled)
            if not self._is_closing:
                for call in afterwards:
                    call()

    async def _wait(self) -> None:
        """For something to send; not for long while something waits to be sent again."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_RETRY_SECONDS if self._held_back else None):
                await self._arrived.wait()

    async def _hold_back(self, refused: Sequence[tuple[OutgoingMessage, Refusal]]) -> None:
        """Results for a queue that is full wait here, and the worker with them when they are many: nothing is lost."""
        self._held_back += [message for message, refusal in refused if refusal.may_pass]
        await forget_loudly([each for each in refused if not each[1].may_pass])
        if sum(len(message.body) for message in self._held_back) > REMEMBERED_BYTES:
            await asyncio.sleep(_RETRY_SECONDS)

    def finish(self) -> None:
        """Nothing more will be reported."""
        self._is_closing = True
        self._arrived.set()

    def _take(self) -> tuple[list[OutgoingMessage], list[DeliveryHold]]:
        messages, self._messages, self._held_back = [*self._held_back, *self._messages], [], []
        settled, self._settled = self._settled, []
        events, self._events = self._events, {}
        for shard, items in events.items():
            messages += _event_messages(shard, items)
            settled += [hold for _, _, hold in items if isinstance(hold, DeliveryHold)]
        return messages, settled


def _event_messages(shard: int, items: list[_Item]) -> list[OutgoingMessage]:
    """Events of one shard in as few messages as their bounds allow.

    The header holds the first trace of a message; each run's own is known to the coordinator.
    """
    messages: list[OutgoingMessage] = []
    events = [event for event, _, _ in items]
    for part in slices(events, RESULTS):
        seeds = [action.seed for _, action, _ in items[part] if action.seed is not None]
        trace = next((action.trace for _, action, _ in items[part] if action.trace), None)
        messages.append(
            OutgoingMessage(
                names.EVENTS_EXCHANGE,
                names.event_key(shard),
                rendering.event_batch(events[part], seeds),
                headers={} if trace is None else {names.HEADER_TRACEPARENT: trace},
            )
        )
    return messages


def _acknowledge(settled: list[DeliveryHold]) -> None:
    """Count down, and acknowledge the deliveries of which nothing is unsettled, all of a subscription at once."""
    done: dict[Subscription, list[Delivery]] = {}
    for hold in settled:
        hold.unsettled -= 1
        if hold.unsettled == 0:
            done.setdefault(hold.subscription, []).append(hold.delivery)
    for subscription, deliveries in done.items():
        subscription.ack(deliveries)
