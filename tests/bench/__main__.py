"""`python -m tests.bench [W1 W2 ...]`: Warren beside a plain aio-pika loop, on private servers, in one sitting.

W6 is Warren alone: how time, memory and log grow with the size of a run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import uvloop
from rich.table import Table
from tests.bench.growth import growth_table, measure_growth
from tests.bench.installation import Installation, clean_up_when_terminated, private_servers
from tests.bench.metering import Meter
from tests.bench.results import Series, costs_table, figures_table, show
from tests.bench.targets import Target, WarrenTarget
from tests.bench.workloads import WORKLOADS, Workload
from tests.bench.yardstick import RawTarget

_SETTLE_SECONDS = 0.3


async def measure(
    workloads: Sequence[Workload], targets: Mapping[str, tuple[Target, Meter]], rounds: int
) -> list[Series]:
    """One warm-up round and `rounds` measured ones; the targets take turns within each workload."""
    series = {(w.name, t): Series(w, t) for w in workloads for t in targets}
    for round_number in range(rounds + 1):
        for workload in workloads:
            for name, (target, meter) in targets.items():
                await asyncio.sleep(_SETTLE_SECONDS)
                await meter.begin()
                figures = await workload.run(target)
                cost = await meter.end()
                if round_number:
                    series[workload.name, name].figures.append(figures)
                    series[workload.name, name].costs.append(cost)
                print(
                    f"round {round_number} {workload.name} {name}: {figures[workload.figure]:,.3f} {workload.unit}",
                    file=sys.stderr,
                )
    return list(series.values())


async def run(options: argparse.Namespace) -> tuple[dict[str, Any], list[Table]]:
    """Start everything, measure, stop everything; returns what to write and what to show."""
    chosen = options.workloads or [*WORKLOADS, "W6"]
    workloads = [WORKLOADS[name] for name in chosen if name in WORKLOADS]
    data: dict[str, Any] = {"environment": environment(options)}
    tables: list[Table] = []
    with private_servers() as servers:
        installation = Installation(servers, queue_type=options.queue_type, shards=options.shards)
        raw = RawTarget(servers.rabbit.new_vhost())
        warren = WarrenTarget(installation.broker_url)
        try:
            await installation.start()
            await warren.open()
            targets: dict[str, tuple[Target, Meter]] = {}
            if not options.no_raw:
                await raw.open()
                assert raw.worker is not None
                targets[raw.name] = (raw, Meter(servers, {"worker": [raw.worker.pid]}))
            groups = {service.name: [service.pid] for service in installation.services}
            targets[warren.name] = (warren, Meter(servers, groups))
            if workloads:
                series = await measure(workloads, targets, options.rounds)
                tables += [figures_table(series, yardstick=raw.name), costs_table(series)]
                data["series"] = [each.as_json() for each in series]
            if "W6" in chosen:
                growth = await measure_growth(warren, targets[warren.name][1], rounds=max(1, options.rounds // 2))
                tables.append(growth_table(growth))
                data["growth"] = growth
            for service in installation.services:
                for complaint in service.complaints()[:5]:
                    print(f"{service.name}: {complaint}", file=sys.stderr)
            for _, meter in targets.values():
                await meter.close()
        finally:
            await warren.close()
            if not options.no_raw:
                await raw.close()
            installation.close()
    return data, tables


def environment(options: argparse.Namespace) -> dict[str, Any]:
    """Where and how this was measured."""
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load_average": os.getloadavg(),
        "queue_type": options.queue_type,
        "realtime": options.realtime,
    }


def take_precedence() -> None:
    """Let this process and its children run before the machine's other programs, as if those were not there."""
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(5))


def main() -> None:
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    parser.add_argument(
        "workloads", nargs="*", metavar="W1", choices=[*WORKLOADS, "W6", []], help="W1 to W6; all by default"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--queue-type", choices=("quorum", "classic"), default="quorum")
    parser.add_argument("--shards", type=int, default=4)
    parser.add_argument("--no-raw", action="store_true", help="leave the yardstick out")
    parser.add_argument("--realtime", action="store_true", help="run before all other programs (needs root)")
    options = parser.parse_args()
    clean_up_when_terminated()
    if options.realtime:
        take_precedence()
    data, tables = uvloop.run(run(options))
    show(*tables)
    if options.json:
        options.json.write_text(json.dumps(data, indent=1) + "\n")


if __name__ == "__main__":
    main()
