"""W1 to W5: which shape, how big, and which figure counts. One place, for Warren, the yardstick and the peers."""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.bench.targets import Outcome, Target

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Workload:
    """`actions` is how many actions one round has, `runs` how many runs; `figure` names the one that ratios use."""

    name: str
    title: str
    actions: int
    runs: int
    figure: str
    unit: str
    more_is_better: bool
    run: Callable[[Target], Awaitable[Figures]]


async def _w1(target: Target) -> Figures:
    outcome = await target.chains(300, 10)
    return {"seconds": outcome.seconds, "rate": 3_000 / outcome.seconds}


async def _w2(target: Target) -> Figures:
    return {"seconds": (await target.fan(1_000)).seconds}


async def _w3(target: Target) -> Figures:
    times: list[float] = []
    for _ in range(100):
        outcome: Outcome = await target.chains(1, 1)
        times.append(outcome.seconds * 1000)
    times.sort()
    return {
        "seconds": sum(times) / 1000,
        "p50": statistics.median(times),
        "p95": times[94],
        "p99": times[98],
    }


async def _w4(target: Target) -> Figures:
    outcome = await target.chains(1, 200)
    return {"seconds": outcome.seconds, "step": outcome.seconds * 1000 / 200}


async def _w5(target: Target) -> Figures:
    outcome = await target.chains(2_000, 1)
    return {"seconds": outcome.seconds, "rate": 2_000 / outcome.seconds}


WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload("W1", "300 runs of 10 sequential actions", 3_000, 300, "rate", "actions/s", True, _w1),
        Workload("W2", "one gather of 1,000 and a sum", 1_000, 1, "seconds", "s", False, _w2),
        Workload("W3", "100 one-action runs, one after another", 100, 100, "p50", "ms p50", False, _w3),
        Workload("W4", "one run of 200 sequential actions", 200, 1, "step", "ms/step", False, _w4),
        Workload("W5", "2,000 one-action runs", 2_000, 2_000, "rate", "runs/s", True, _w5),
    )
}
