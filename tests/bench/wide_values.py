"""One large value that goes to every action of a gather: CPU, bytes of history and of messages, memory of the state.

`python -m tests.bench.wide_values [--kilobytes 200] [--actions 1000]`. No broker, no database, one process.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import time
import tracemalloc
from datetime import UTC, datetime
from typing import Any

from warren import Workflow, action, workflow
from warren.adapters.memory.broker import MemoryBroker
from warren.contracts import messages
from warren.contracts.ids import new_run_id
from warren.engine import Command, ContinueRun, Executable, RunState, apply, dump_commands, load_commands, start_run
from warren.engine.snapshots.writing import take_snapshot
from warren.lowering import lower
from warren.runs.command_dispatch import Dispatcher
from warren.runs.durations import ConsumerCounts, Durations
from warren.runs.outbox import RunHeader
from warren.runs.timers import Timers
from warren.runtime.clock import SystemClock


@action
async def ask(document: Any, question: int) -> int:
    """Never run here."""
    return question


@workflow
class Questions(Workflow):
    """One document, many questions about it."""

    async def run(self, document: Any, count: int) -> int:
        answers = await asyncio.gather(*[ask(document, n) for n in range(count)])
        return sum(answers)


def main() -> None:
    """Measure a document of text and one of parts, known to be answered fast and not."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kilobytes", type=int, default=200)
    parser.add_argument("--actions", type=int, default=1_000)
    options = parser.parse_args()
    size = options.kilobytes * 1_000
    documents = {
        "nothing": None,
        "text": "lorem ipsum " * (size // 12),
        "parts": [{"page": n, "text": "lorem ipsum " * 80} for n in range(size // 1_000)],
    }
    executable = Executable(lower(Questions.__warren_ir__))  # type: ignore[attr-defined]  # set by the decorator
    print(f"{options.actions} actions, a document of {options.kilobytes} kB; seconds of CPU, MB")
    print(f"{'document':9}{'engine':>8}{'dump':>8}{'load':>8}{'short':>8}{'slow':>8}", end="")
    print(f"{'history':>9}{'short':>9}{'slow':>9}{'snapshot':>9}{'state':>9}")
    for name, document in documents.items():
        _measure(executable, name, document, options.actions)


def _measure(executable: Executable, name: str, document: Any, actions: int) -> None:
    begun = time.process_time()
    run, made = _run(executable, document, actions)
    times = [time.process_time() - begun]
    begun = time.process_time()
    rows = [dump_commands(commands) for commands in made]
    times.append(time.process_time() - begun)
    begun = time.process_time()
    for row in rows:
        load_commands(row)
    times.append(time.process_time() - begun)
    sizes = [sum(map(len, rows))]
    for is_short in (True, False):
        begun = time.process_time()
        sizes.append(_published(run, made, is_short=is_short))
        times.append(time.process_time() - begun)
    sizes.append(len(str(take_snapshot(executable, run))))
    del run, made, rows
    gc.collect()
    tracemalloc.start()
    run, _ = _run(executable, document, actions)
    sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    print(f"{name:9}" + "".join(f"{each:8.3f}" for each in times) + "".join(f"{each / 1e6:9.2f}" for each in sizes))
    assert len(run.pending) == actions, run.error


def _run(executable: Executable, document: Any, actions: int) -> tuple[RunState, list[list[Command]]]:
    run_id, at = new_run_id(), datetime.now(UTC)
    run, commands = start_run(executable, run_id=run_id, input={"document": document, "count": actions}, at=at)
    made = [commands]
    while made[-1] and isinstance(last := made[-1][-1], ContinueRun):
        decision = apply(executable, run, messages.ContinuationDue(run_id=run_id, number=last.number), at)
        assert decision is not None
        made.append(decision.commands)
    return run, made


def _published(run: RunState, made: list[list[Command]], *, is_short: bool) -> int:
    durations = Durations()
    durations.observe(made[0][0].action, 1.0 if is_short else 1_000.0)  # type: ignore[union-attr]  # a DispatchAction
    clock = SystemClock()
    dispatcher = Dispatcher(
        timers=Timers(clock=clock, publish=_ignore),
        durations=durations,
        consumers=ConsumerCounts(MemoryBroker()),
        shards=1,
    )
    size = 0
    for commands in made:
        outbox = dispatcher.outbox()
        header = RunHeader(run_id=run.run_id, workflow="questions", shard=0, trace=None)
        dispatcher.carry_out(commands, header, outbox)
        size += sum(len(message.body) for message in outbox.messages())
    return size


async def _ignore(_: Any) -> None:
    """Timers play no part here."""


if __name__ == "__main__":
    main()
