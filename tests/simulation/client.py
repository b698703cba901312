"""A careful client in the simulation: it starts runs, and starts them again when their outcome stays away."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from tests.chaos.workload import Planned
from tests.simulation.network import StormyBroker
from tests.simulation.scenario import PlannedRun

from warren.contracts import messages, names, wire
from warren.contracts.topology import standard_topology
from warren.ports import OutgoingMessage
from warren.runtime.settings import Settings

_RESEND_SECONDS: Final = 30.0


class SimulatedClient:
    """Afterwards `outcomes` and `answers` (how many for each run) tell what it got, `problems` what it should not."""

    def __init__(
        self, broker: StormyBroker, runs: Sequence[PlannedRun], *, settings: Settings, note: Callable[[str], None]
    ) -> None:
        self.outcomes: dict[UUID, messages.RunFinished] = {}
        self.answers: Counter[UUID] = Counter()
        self.problems: list[str] = []
        self._broker = broker
        self._runs = runs
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
            for run in self._runs:
                group.create_task(self._drive(run, replies))
            while True:
                for delivery in await subscription.receive(100):
                    reply = wire.load_reply(delivery.body)
                    if isinstance(reply, messages.RunFinished):
                        self.outcomes[reply.run_id] = reply
                        self.answers[reply.run_id] += 1
                    else:
                        self.problems.append(f"unexpected reply: {reply!r}")
                    subscription.ack([delivery])
                self._arrived.set()
                self._arrived.clear()

    async def _drive(self, run: PlannedRun, replies: str) -> None:
        await asyncio.sleep(run.at)
        request = messages.StartRun(
            workflow=Planned.short_name(), input={"plan": run.plan, "total": run.total}, run_id=run.run_id
        )
        message = OutgoingMessage(
            names.COMMANDS_EXCHANGE,
            names.START_KEY,
            wire.dump(request),
            reply_to=replies,
            correlation_id=str(run.run_id),
        )
        await self._broker.publish([message] * run.times)
        loop = asyncio.get_running_loop()
        sent_at = loop.time()
        while run.run_id not in self.outcomes:
            try:
                async with asyncio.timeout(_RESEND_SECONDS):
                    await self._arrived.wait()
            except TimeoutError:
                pass
            if run.run_id not in self.outcomes and loop.time() - sent_at >= _RESEND_SECONDS:
                self._note(f"client sends {run.run_id} again")
                await self._broker.publish([message])
                sent_at = loop.time()
