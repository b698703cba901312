"""A careful client in the simulation: it starts runs, and starts them again when their outcome stays away."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from tests.chaos.controlled import Controlled
from tests.chaos.elsewhere import Elsewhere
from tests.chaos.family import Parent
from tests.chaos.hostile import Hostile
from tests.chaos.plans import as_ordered
from tests.chaos.told import Chained, Told
from tests.chaos.workload import Ordered, Planned
from tests.simulation.controls_of_runs import ControlledRun, reason_of
from tests.simulation.network import StormyBroker
from tests.simulation.party import Party
from tests.simulation.scenario import Scenario, ToldRun

from warren.contracts import messages, names, wire
from warren.contracts.topology import standard_topology
from warren.ports import OutgoingMessage
from warren.runtime.settings import Settings

_RESEND_SECONDS: Final = 30.0
_ASK_AGAIN_SECONDS: Final = 7.0


class SimulatedClient:
    """Afterwards `outcomes` and `answers` (how many for each run) tell what it got, `ended_at` when (virtual seconds),
    `sent_again` how often a start was repeated that had no outcome yet, `asked_again` how often a signal or update of
    which a copy had no answer, `refusals` which starts were refused, and `problems` what it should not have got.
    """

    def __init__(
        self,
        broker: StormyBroker,
        scenario: Scenario,
        *,
        settings: Settings,
        note: Callable[[str], None],
    ) -> None:
        self.outcomes: dict[UUID, messages.RunFinished] = {}
        self.answers: Counter[UUID] = Counter()
        self.sent_again: Counter[UUID] = Counter()
        self.asked_again: Counter[UUID] = Counter()
        self.ended_at: dict[UUID, float] = {}
        self.refusals: dict[UUID, messages.ErrorInfo] = {}
        self.problems: list[str] = []
        self._broker = broker
        self._scenario = scenario
        self.party = Party(broker)
        self._asked: dict[str, int | None] = {}
        """What must be answered, by the correlation ids of requests."""
        self._answered: set[str] = set()
        """Those that were answered."""
        self._settings = settings
        self._note = note
        self._arrived = asyncio.Event()

    async def run(self) -> None:
        """Start the runs and take what comes, for ever."""
        broker = self._broker
        await broker.connect()
        await broker.declare(standard_topology(shards=self._settings.shards, queue_type=self._settings.queue_type))
        replies = await broker.declare_private_queue()
        subscription = await broker.subscribe(replies, prefetch=100)
        async with asyncio.TaskGroup() as group:
            scenario = self._scenario
            for run in scenario.runs:
                plan = as_ordered(run.plan, run.total) if run.is_ordered else {"plan": run.plan, "total": run.total}
                name = (Ordered if run.is_ordered else Planned).short_name()
                given = {"given": run.total}
                group.create_task(
                    self._drive(run.run_id, run.at, name, plan, replies, times=run.times, attributes=given)
                )
            for each in scenario.neighbours:
                kind = {"kind": each.kind}
                group.create_task(self._drive(each.run_id, each.at, Hostile.short_name(), kind, replies))
            for told in scenario.told:
                name = (Chained if told.every else Told).short_name()
                group.create_task(self._drive(told.run_id, told.at, name, told.arguments, replies))
                group.create_task(self._tell(told, replies))
            for other in scenario.elsewhere:
                arguments = {"count": other.count, "seconds": other.seconds}
                group.create_task(self._drive(other.run_id, other.at, Elsewhere.short_name(), arguments, replies))
            group.create_task(self.party.run(replies))
            for one in scenario.controlled:
                inputs = {"plan": one.plan, "total": one.total, "swallows": one.swallows}
                group.create_task(self._drive(one.run_id, one.at, Controlled.short_name(), inputs, replies))
                group.create_task(self._control(one, replies))
            for family in scenario.families:
                terms = {"count": family.count, "policy": family.policy, "is_hasty": family.is_hasty}
                group.create_task(self._drive(family.run_id, family.at, Parent.short_name(), terms, replies))
            while True:
                for delivery in await subscription.receive(100):
                    reply = wire.load_reply(delivery.body)
                    if self.party.take(delivery.correlation_id, reply):
                        pass
                    elif delivery.correlation_id in self._asked:
                        self._take_answer(delivery.correlation_id, reply)
                    elif isinstance(reply, messages.RunFinished):
                        run_id = UUID(delivery.correlation_id)  # of the start: another run may have gone on for it
                        self.outcomes[run_id] = reply
                        self.answers[run_id] += 1
                        self.ended_at.setdefault(run_id, asyncio.get_running_loop().time())
                    elif isinstance(reply, messages.Refused) and reply.run_id is not None:
                        self.refusals[reply.run_id] = reply.error
                    else:
                        self.problems.append(f"unexpected reply: {reply!r}")
                    subscription.ack([delivery])
                self._arrived.set()
                self._arrived.clear()

    async def _tell(self, run: ToldRun, replies: str) -> None:
        """Send the numbers, each once the one before has arrived; again while there is no answer."""
        await asyncio.sleep(run.told_at)
        for number in range(run.count):
            await self._ask(run.run_id, number, run.request(number), run.copies, replies, answer=run.answer(number))

    async def _control(self, run: ControlledRun, replies: str) -> None:
        """Ask one thing after the other."""
        await asyncio.sleep(run.at)
        for number, step in enumerate(run.steps):
            await asyncio.sleep(step.after)
            request = step.kind(run_id=run.run_id, id=str(number), reason=reason_of(run, number))
            await self._ask(run.run_id, number, request, run.copies, replies)

    async def _ask(
        self,
        run_id: UUID,
        number: int,
        request: messages.RunRequest,
        copies: int,
        replies: str,
        *,
        answer: int | None = None,
    ) -> None:
        """Send copies of a request, again while one of them has no answer."""
        asked = {f"{run_id}/{number}/{copy}": answer for copy in range(copies)}
        self._asked |= asked
        key, body = request.routing_key, wire.dump(request)
        sent = [
            OutgoingMessage(names.COMMANDS_EXCHANGE, key, body, reply_to=replies, correlation_id=each)
            for each in sorted(asked)
        ]
        await self._broker.publish(sent)
        while not asked.keys() <= self._answered:
            try:
                async with asyncio.timeout(_ASK_AGAIN_SECONDS):
                    while not asked.keys() <= self._answered:
                        await self._arrived.wait()
            except TimeoutError:
                self.asked_again[run_id] += 1
                await self._broker.publish(sent)

    def _take_answer(self, asked: str, reply: messages.Reply) -> None:
        may_end = any(asked.startswith(str(run.run_id)) for run in self._scenario.controlled)
        is_late = isinstance(reply, messages.Refused) and reply.error.code == "run_ended" and may_end
        if is_late:
            self._answered.add(asked)
            return
        if isinstance(reply, messages.RequestDone):
            self._answered.add(asked)
            if reply.error is None and reply.result == self._asked[asked]:
                return
        elif isinstance(reply, messages.Refused) and reply.error.code == "run_not_found":
            return
        self.problems.append(f"the request {asked} was answered with {reply!r}")

    async def _drive(
        self,
        run_id: UUID,
        at: float,
        workflow: str,
        arguments: dict[str, Any],
        replies: str,
        *,
        times: int = 1,
        attributes: dict[str, Any] | None = None,
    ) -> None:
        await asyncio.sleep(at)
        request = messages.StartRun(workflow=workflow, input=arguments, run_id=run_id, attributes=attributes or {})
        message = OutgoingMessage(
            names.COMMANDS_EXCHANGE,
            names.START_KEY,
            wire.dump(request),
            reply_to=replies,
            correlation_id=str(run_id),
        )
        await self._broker.publish([message] * times)
        loop = asyncio.get_running_loop()
        sent_at = loop.time()
        while run_id not in self.outcomes and run_id not in self.refusals:
            try:
                async with asyncio.timeout(_RESEND_SECONDS):
                    await self._arrived.wait()
            except TimeoutError:
                pass
            if run_id not in self.outcomes and loop.time() - sent_at >= _RESEND_SECONDS:
                self._note(f"client sends {run_id} again")
                self.sent_again[run_id] += 1
                await self._broker.publish([message])
                sent_at = loop.time()
