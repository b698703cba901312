"""Answers to this client: one private queue, and who waits for which correlation id.

Answers that came while the connection was away are lost with the queue, so each caller that still waits asks again:
after every reconnect, and at growing intervals in any case. Asking again with the same run id is harmless. Must not
know runs or workflows.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar
from uuid import UUID, uuid4
from weakref import WeakValueDictionary

from warren.contracts import messages, wire
from warren.errors import BrokerUnavailable, InfrastructureError, MessageError
from warren.ports import Broker, Subscription

log = logging.getLogger(__name__)

_PREFETCH: Final = 1_000
_LOOK_SECONDS: Final = 0.5
_FIRST_RETRY: Final = 10.0
_AFTER_FAILURE: Final = 1.0
_LONGEST_RETRY: Final = 600.0

AskAgain = Callable[[], Awaitable[None]]


class Expectation:
    """One thing that is waited for. `accepted` and `answer` are set by the replies; keep it as long as they matter.

    `earlier` is another one for the same run: the broker's answer goes to the last one that asked, and here to all.
    """

    __slots__ = ("__weakref__", "accepted", "answer", "ask_again", "correlation_id", "earlier", "retry_after", "since")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.correlation_id = uuid4().hex
        self.accepted: asyncio.Future[messages.RunAccepted] = loop.create_future()
        self.answer: asyncio.Future[messages.Reply] = loop.create_future()
        self.ask_again: AskAgain | None = None
        self.earlier: Expectation | None = None
        self.since = loop.time()
        self.retry_after = _FIRST_RETRY

    def note_asked(self, now: float) -> None:
        """It was asked for again: the next time is later."""
        self.since, self.retry_after = now, min(self.retry_after * 2, _LONGEST_RETRY)

    def note_failed(self, now: float) -> None:
        """Nobody heard the question: it is asked again soon, however long the last answer was waited for."""
        self.since = now - self.retry_after + _AFTER_FAILURE

    def take(self, reply: messages.Reply) -> None:
        """Note a reply; an acceptance is not the last word."""
        if isinstance(reply, messages.RunAccepted):
            if not self.accepted.done():
                self.accepted.set_result(reply)
            return
        if isinstance(reply, messages.Refused):  # of this start; what it was refused for is not what the others said
            if not self.answer.done():
                self.answer.set_result(reply)
            return
        waiting: Expectation | None = self
        while waiting is not None:
            if not waiting.answer.done():
                waiting.answer.set_result(reply)
            waiting = waiting.earlier

    def give_up(self, error: Exception) -> None:
        """Nothing will come any more."""
        for future in (self.accepted, self.answer):
            if not future.done():
                future.set_exception(error)
                future.exception()  # seen, even if nobody waits


E = TypeVar("E", bound=Expectation)


class Replies:
    """The private queue and its reader."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._expected: WeakValueDictionary[str, Expectation] = WeakValueDictionary()
        self._by_run: WeakValueDictionary[tuple[UUID, str], Expectation] = WeakValueDictionary()
        self._subscription: Subscription | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._epoch = 0
        self._delivery_epoch = 0
        self.queue = ""

    async def open(self) -> None:
        """Make the queue and begin to listen."""
        self.queue = await self._broker.declare_private_queue()
        self._subscription = await self._broker.subscribe(self.queue, prefetch=_PREFETCH)
        self._epoch = self._broker.epoch
        self._tasks = [
            asyncio.create_task(self._listen(self._subscription), name="warren replies"),
            asyncio.create_task(self._look_after(self._subscription), name="warren reply watch"),
        ]

    async def close(self) -> None:
        """Stop listening; who still waits gets `BrokerUnavailable`."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for expectation in list(self._expected.values()):
            expectation.give_up(BrokerUnavailable("the client was closed; the run continues"))

    def expect(self) -> Expectation:
        """Something new to wait for; forgotten when the caller lets go of it."""
        return self.add(Expectation(asyncio.get_running_loop()))

    def add(self, expectation: E) -> E:
        """Wait for this, too."""
        self._expected[expectation.correlation_id] = expectation
        return expectation

    def is_for(self, expectation: Expectation, run_id: UUID, workflow: str) -> None:
        """Its answer is the outcome of that run of that workflow, which may be waited for here already."""
        earlier = self._by_run.get((run_id, workflow))
        if earlier is not expectation:
            expectation.earlier = earlier
            self._by_run[run_id, workflow] = expectation

    async def _listen(self, subscription: Subscription) -> None:
        while deliveries := await subscription.receive(_PREFETCH):
            for delivery in deliveries:
                expectation = self._expected.get(delivery.correlation_id or "")
                if expectation is None:
                    continue
                try:
                    expectation.take(wire.load_reply(delivery.body))
                except MessageError as error:
                    log.warning("cannot read a reply: %s", error)
            subscription.ack(deliveries)
            if deliveries[-1].epoch != self._delivery_epoch:
                first, self._delivery_epoch = self._delivery_epoch == 0, deliveries[-1].epoch
                if not first:
                    await self._ask_again(list(self._expected.values()))

    async def _look_after(self, subscription: Subscription) -> None:
        loop = asyncio.get_running_loop()
        was_active = True
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            is_active = subscription.is_active and self._broker.is_ready
            if not is_active:
                was_active = False
                continue
            lost = not was_active or self._broker.epoch != self._epoch
            was_active, self._epoch = True, self._broker.epoch
            now = loop.time()
            late = [each for each in list(self._expected.values()) if lost or now - each.since > each.retry_after]
            await self._ask_again(late)

    async def _ask_again(self, expectations: list[Expectation]) -> None:
        loop = asyncio.get_running_loop()
        asking: list[Expectation] = []
        questions = []
        for each in expectations:
            if each.answer.done() or each.ask_again is None:
                continue
            each.note_asked(loop.time())
            asking.append(each)
            questions.append(each.ask_again())
        failures = await asyncio.gather(*questions, return_exceptions=True)
        for each, failure in zip(asking, failures, strict=True):
            if isinstance(failure, InfrastructureError):
                log.warning("cannot request an answer again: %s", failure)
                each.note_failed(loop.time())
            elif isinstance(failure, Exception):
                each.give_up(failure)
            elif failure is not None:
                raise failure
