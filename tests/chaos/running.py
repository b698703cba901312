"""One chaos run: faults from a seeded schedule for some minutes, calm, the checks, and a report."""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from tests.chaos.checking import violations
from tests.chaos.faults import Injected, inject, schedule
from tests.chaos.ledger import read_ledger
from tests.chaos.memory import Memory
from tests.chaos.neighbours import Neighbours
from tests.chaos.report import Report
from tests.chaos.world import World, chaos_world

from warren.contracts.topology import QueueType

_KILLS: Final = 12
"""How often an action may be the end of a worker, where some of the bad neighbours are: more often than faults and
others take an innocent one along, as each lost connection and each returned message counts, too.
"""
_NO_END_OF_KILLS: Final = 19
"""Where nothing but faults ends workers: so that none of them is an action's fault."""
_RABBITMQ_4: Final = 16 << 20
"""The most that RabbitMQ 4 takes in a message."""
_CALM_SECONDS: Final = 150.0
"""After the last fault an action must be executed each time within so long, until every run has ended."""

_PROGRESS_SECONDS: Final = 60.0


async def run_chaos(
    seed: int,
    *,
    seconds: float,
    open_runs: int = 30,
    kinds: list[str] | None = None,
    purges: bool = False,
    queue_type: QueueType = "quorum",
    neighbours: int = 0,
    calm: bool = False,
    without: str | None = None,
    say: Callable[[str], None] = print,
) -> Report:
    """Run until `seconds` are over and a fault is complete; `kinds` replaces the schedule (in its order, repeated).

    With `purges` queues are emptied and deleted, too, and stalled runs are looked for. So many bad `neighbours` are at
    work all the time. `calm` means no faults. `without` takes a safeguard away, to see whether that is noticed.
    """
    source = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="warren-chaos-", dir="/tmp") as folder:
        inner = random.Random(source.random())
        async with chaos_world(
            Path(folder),
            inner,
            sweeps=purges,
            queue_type=queue_type,
            max_deliveries=_KILLS if neighbours else _NO_END_OF_KILLS,
            max_message_bytes=_RABBITMQ_4 if neighbours else None,
            without=without,
        ) as world:
            began = time.time()
            others = Neighbours(world.made.client, world.made.store, world.rabbit.url, random.Random(seed))
            load = asyncio.gather(world.keep_open(open_runs), *([others.run(neighbours)] if neighbours else []))
            memory = Memory(world)
            watching = asyncio.ensure_future(memory.watch())
            injected: list[Injected] = []
            if calm:
                await asyncio.sleep(seconds)
            else:
                injected = await _inject(
                    world, load, source, until=began + seconds, kinds=kinds, purges=purges, say=say
                )
            world.is_starting = others.is_starting = False
            found = await _calm(world, load)
            watching.cancel()
            disturbed = [*injected, *others.disturbances]
            found += [text async for text in violations(world, disturbed, has_neighbours=neighbours > 0)]
            found += others.problems
            if found:
                found.append(f"the logs are in {_keep_logs(world, seed)}")
            return _report(world, others, injected, memory, seed=seed, queue_type=queue_type, began=began, found=found)


async def _inject(
    world: World,
    load: asyncio.Future[Any],
    source: random.Random,
    *,
    until: float,
    kinds: list[str] | None,
    purges: bool,
    say: Callable[[str], None],
) -> list[Injected]:
    """Inject one fault after another, until the time is over or the load has ended."""
    began = time.time()
    injected: list[Injected] = []
    while True:
        for kind in kinds or schedule(source, purges=purges):
            if source.random() < 0.7:
                await _until_progress(world)
            await asyncio.sleep(source.uniform(0.5, 4.0))
            if time.time() >= until or load.done():
                return injected
            fault = await inject(world, kind, source)
            injected.append(fault)
            done = sum(run.is_done for run in world.runs)
            say(
                f"{fault.began - began:7.1f} s  {done} runs ended, {len(world.open_runs)} open  "
                f"{kind} ({fault.detail}), {fault.ended - fault.began:.1f} s"
            )


def _report(
    world: World,
    others: Neighbours,
    injected: list[Injected],
    memory: Memory,
    *,
    seed: int,
    queue_type: QueueType,
    began: float,
    found: list[str],
) -> Report:
    pauses = list(_pauses(world, injected))
    return Report(
        seed=seed,
        queue_type=queue_type,
        durations=[run.seconds for run in world.runs if run.is_done],
        neighbours=dict(others.ended),
        junk=others.junk,
        memory=memory.largest,
        seconds=time.time() - began,
        runs=len(world.runs),
        invocations=sum(run.invocations for run in world.runs),
        executions=sum(1 for _ in read_ledger(world.ledger)),
        restarted=sum(run.starts - 1 for run in world.runs),
        deaths=dict(world.supervisor.deaths),
        points=dict(world.supervisor.points),
        injected=injected,
        pauses=_by_kind(pauses),
        longest=sorted(pauses, key=lambda each: -each[0]),
        violations=found,
    )


def _keep_logs(world: World, seed: int) -> Path:
    """Where the services' logs are found when the run is over."""
    kept = Path(tempfile.mkdtemp(prefix=f"warren-chaos-{seed}-", dir="/tmp"))
    for service in world.made.all:
        shutil.copy(service.log, kept)
    return kept


async def _until_progress(world: World) -> None:
    """Until actions are executed again; not always waited for, so that some faults meet."""
    begun = time.time()
    while time.time() - begun < _PROGRESS_SECONDS and not (world.progress and world.progress[-1] > begun):
        await asyncio.sleep(0.05)


async def _calm(world: World, load: asyncio.Future[Any]) -> list[str]:
    """Wait until all have ended. Nothing new is started, so that what is executed now is what was left."""
    since = time.time()
    while not load.done():
        last = max([since, *world.progress[-1:]])
        if time.time() > last + _CALM_SECONDS:
            load.cancel()
            return [f"{_CALM_SECONDS:g} s without progress: {run.run_id} has no outcome" for run in world.open_runs]
        await asyncio.wait([load], timeout=1.0)
    load.result()
    return []


def _pauses(world: World, injected: list[Injected]) -> Iterator[tuple[float, Injected]]:
    """The longest time without progress that began at a fault or later, but before the next fault.

    A fault after which there was none before the next one is left out: what is seen then is the next one's doing.
    """
    for index, fault in enumerate(injected):
        until = injected[index + 1].began if index + 1 < len(injected) else fault.ended + 10.0
        after = [at for at in world.progress if fault.began <= at]
        if index + 1 < len(injected) and not any(fault.ended <= at <= until for at in after):
            continue
        points = [fault.began, *[at for at in after if at <= until], until]
        yield max((b - a for a, b in pairwise(points)), default=until - fault.began), fault


def _by_kind(pauses: list[tuple[float, Injected]]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for pause, fault in pauses:
        found.setdefault(fault.kind, []).append(pause)
    return found
