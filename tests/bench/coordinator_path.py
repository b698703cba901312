"""What one completed action costs the coordinator: decode, apply, commit (in memory), encode; no broker, no PostgreSQL.

`python -m tests.bench.coordinator_path [--profile]` from the root of the repository.
"""

from __future__ import annotations

import asyncio
import cProfile
import json
import pstats
import sys
import time
from collections.abc import Callable, Sequence

from tests.support.service_workflows import Long, Wide

from warren.adapters.memory.broker import MemoryBroker
from warren.adapters.memory.store import MemoryRunStore
from warren.contracts import names, wire
from warren.contracts.ids import new_run_id
from warren.contracts.messages import ActionBatch, RunStarted
from warren.engine import Executable, dump_commands, start_run
from warren.ir.base import to_json
from warren.lowering import lower
from warren.ports import Delivery, NewRun, OutgoingMessage, ProgramRecord, TransitionRow
from warren.runs.command_dispatch import Dispatcher
from warren.runs.durations import ConsumerCounts, Durations
from warren.runs.processor import RecentCauses
from warren.runs.programs import Programs
from warren.runs.quarantine import Quarantine
from warren.runs.timers import Timers
from warren.runs.transition_watchdog import TransitionWatchdog
from warren.runs.trial import NoTrial
from warren.runtime.clock import SystemClock
from warren.runtime.telemetry import Telemetry
from warren_coordinator.events.wiring import make_handler
from warren_coordinator.run_cache import RunCache


class Path:
    """A coordinator's handler and what it stands on, without a processor."""

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.store = MemoryRunStore()
        self.durations = Durations()
        self.handler = make_handler(
            store=self.store,
            programs=Programs(self.store),
            cache=RunCache(runs=100_000, size=1 << 30),
            recent=RecentCauses(),
            dispatcher=Dispatcher(
                timers=Timers(clock=self.clock, publish=self._publish),
                durations=self.durations,
                consumers=ConsumerCounts(MemoryBroker()),
                shards=1,
            ),
            telemetry=Telemetry(),
            clock=self.clock,
            quarantine=Quarantine(self.store, self.clock),
            watchdog=TransitionWatchdog(5.0),
            trial=NoTrial(),
            max_losses=3,
        )

    async def _publish(self, batch: list[OutgoingMessage]) -> None:
        """Timers play no part here."""

    async def begin(self, workflow: type, count: int, **arguments: int) -> list[OutgoingMessage]:
        """Create runs; returns their first actions as messages."""
        await self.store.connect()
        executable = Executable(lower(workflow.__warren_ir__))  # type: ignore[attr-defined]  # set by the decorator
        program = json.dumps(to_json(executable.program))
        at = self.clock.now()
        await self.store.save_program(ProgramRecord(executable.version, executable.workflow, "{}", program, at))
        runs: list[NewRun] = []
        first: list[OutgoingMessage] = []
        for _ in range(count):
            run_id = new_run_id()
            _, commands = start_run(executable, run_id=run_id, input=dict(arguments), at=at)
            event = RunStarted(run_id=run_id, version=executable.version, input=dict(arguments))
            row = TransitionRow(run_id, 1, at, 0, wire.dump(event).decode(), dump_commands(commands))
            runs.append(NewRun(run_id, executable.workflow, executable.version, 0, "{}", row))
            items = [
                {"run_id": str(run_id), "workflow": "w", "shard": 0, "invocation": each.invocation, "action": "a"}
                for each in commands
                if hasattr(each, "invocation")
            ]
            first.append(OutgoingMessage(names.ACTIONS_EXCHANGE, "default", json.dumps({"items": items}).encode()))
        await self.store.create_runs(runs)
        return first


def answers(published: Sequence[OutgoingMessage], size: int) -> list[Delivery]:
    """What a worker sends back for published actions, `size` results in a message."""
    events = [
        f'{{"run_id":"{item.run_id}","type":"action_succeeded","invocation":{item.invocation},'
        f'"attempt":{item.attempt},"result":1,"duration_ms":0.1}}'
        for message in published
        if message.exchange == names.ACTIONS_EXCHANGE
        for item in wire.load(ActionBatch, message.body).items
    ]
    return [
        Delivery(
            body=f'{{"v":1,"items":[{",".join(events[start : start + size])}]}}'.encode(),
            queue=names.event_queue(0),
            exchange=names.EVENTS_EXCHANGE,
            routing_key="0",
            headers={},
            redelivered=False,
            delivery_count=0,
            reply_to=None,
            correlation_id=None,
            message_id=None,
            tag=0,
            epoch=1,
        )
        for start in range(0, len(events), size)
    ]


async def measure(name: str, begin: Callable[[Path], object], batch: int, size: int, profile: bool) -> None:
    """Drive runs to their ends; print microseconds per event."""
    path = Path()
    path.durations.observe("tests.support.service_workflows:add", 0.1)
    published: list[OutgoingMessage] = await begin(path)  # type: ignore[misc]  # an async lambda has no nicer type
    spent, events, messages = 0.0, 0, 0
    profiler = cProfile.Profile()
    while deliveries := answers(published, size):
        published = []
        for start in range(0, len(deliveries), batch // size):
            chunk = deliveries[start : start + batch // size]
            events += sum(delivery.body.count(b'"run_id"') for delivery in chunk)
            if profile:
                profiler.enable()
            begun = time.perf_counter()
            handled = await path.handler.handle(chunk)
            spent += time.perf_counter() - begun
            profiler.disable()
            published += handled.messages
            messages += len(handled.messages)
    print(
        f"{name:28} batches of {batch:3}: {spent / events * 1e6:6.1f} us/event, {messages / events:.3f} messages/event"
    )
    if profile:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(35)


async def main() -> None:
    """Sequential runs side by side (W1's shape) and one wide gather (W2's)."""
    profile = "--profile" in sys.argv
    for batch in (16, 64, 256):
        await measure("300 runs of 10 in sequence", lambda p: p.begin(Long, 300, steps=10), batch, 16, profile)
    await measure("a gather of 1,000", lambda p: p.begin(Wide, 1, width=1_000), 64, 16, profile)


if __name__ == "__main__":
    asyncio.run(main())
