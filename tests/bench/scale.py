"""`python -m tests.bench.scale [table sleepers beside]`: more services, many open runs, a wide run beside others."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import uvloop
from rich.table import Table
from tests.bench.__main__ import take_precedence
from tests.bench.installation import Installation, Servers, clean_up_when_terminated, private_servers
from tests.bench.metering import Meter
from tests.bench.results import show
from tests.bench.targets import WarrenTarget
from tests.bench.workflows import Naps, Sleeper

COUNTS = (1, 2, 4)
NAP_SECONDS = 0.1
NAP_RUNS = 400
NAP_STEPS = 10
SLEEPERS = 100_000
SLEEP_SECONDS = 3_000.0
WIDTH = 10_000


@asynccontextmanager
async def running(servers: Servers, **services: int) -> AsyncIterator[tuple[Installation, WarrenTarget]]:
    """An installation and a client of it."""
    installation = Installation(servers, shards=8)
    target = WarrenTarget(installation.broker_url)
    try:
        await installation.start(**services)
        await target.open()
        yield installation, target
        await target.close()
    finally:
        installation.close()


async def scale(servers: Servers) -> tuple[dict[str, Any], Table]:
    """Actions a second that sleep, for 1, 2, 4 coordinators and workers with 100 slots each."""
    table = Table(
        title=f"Actions/s, each sleeping {NAP_SECONDS} s ({NAP_RUNS} runs at once; most: slots / {NAP_SECONDS})"
    )
    for column in ("coordinators", *(f"{workers} workers" for workers in COUNTS)):
        table.add_column(column, justify="right")
    data: dict[str, Any] = {}
    for coordinators in COUNTS:
        row = [str(coordinators)]
        for workers in COUNTS:
            async with running(servers, coordinators=coordinators, workers=workers) as (installation, target):
                await _naps(target, 50, 2)
                await asyncio.sleep(5.0)  # coordinators share the shards, consumers are counted
                groups: dict[str, list[int]] = {}
                for service in installation.services:
                    groups.setdefault(service.name, []).append(service.pid)
                meter = Meter(servers, groups)
                await meter.begin()
                seconds = await _naps(target, NAP_RUNS, NAP_STEPS)
                cost = await meter.end()
                await meter.close()
            rate = NAP_RUNS * NAP_STEPS / seconds
            busy = {name: cpu / seconds for name, cpu in cost.cpu.items()}
            data[f"{coordinators}x{workers}"] = {"rate": rate, "cores_busy": busy}
            row.append(f"{rate:,.0f} ({sum(busy.values()):.2f} cores)")
            print(f"{coordinators} coordinators, {workers} workers: {rate:,.0f}/s {busy}", file=sys.stderr)
        table.add_row(*row)
    return data, table


async def _naps(target: WarrenTarget, runs: int, steps: int) -> float:
    begun = time.perf_counter()
    started = await target.begin(Naps.short_name(), {"steps": steps, "seconds": NAP_SECONDS}, runs)
    await target.finish(started, expected=steps)
    return time.perf_counter() - begun


async def sleepers(servers: Servers) -> tuple[dict[str, Any], Table]:
    """100,000 open runs: what they take, and how long a killed coordinator is missed."""
    async with running(servers) as (installation, target):
        await target.chains(50, 2)
        memory = {"before": _memory(installation)}
        begun = time.perf_counter()
        for _ in range(SLEEPERS // 5_000):
            await target.begin(Sleeper.short_name(), {"seconds": SLEEP_SECONDS}, 5_000)
        while (await _waiting(installation)) > 0:
            await asyncio.sleep(0.1)
        await target.chains(1, 1)
        started = time.perf_counter() - begun
        memory["with sleepers"] = _memory(installation)
        coordinator = next(service for service in installation.services if service.name == "coordinator")
        recoveries = []
        for _ in range(3):
            killed = time.perf_counter()
            coordinator.kill()
            installation.services.remove(coordinator)
            coordinator = installation.launch("coordinator", "-m", "warren_coordinator")
            await target.chains(1, 1)
            recoveries.append(time.perf_counter() - killed)
            await asyncio.sleep(3.0)
        memory["after kills"] = _memory(installation)
        before = time.perf_counter()
        await target.chains(300, 10)
        rate = 3_000 / (time.perf_counter() - before)
    table = Table(title=f"{SLEEPERS:,} open runs that sleep")
    for column in ("", *memory["before"]):
        table.add_column(column, justify="right")
    for moment, sizes in memory.items():
        table.add_row(f"MB {moment}", *(f"{size / 2**20:.0f}" for size in sizes.values()))
    recovered = ", ".join(f"{seconds:.2f}" for seconds in recoveries)
    table.caption = (
        f"started {SLEEPERS / started:,.0f} runs/s; seconds from SIGKILL of the coordinator (and the start of another) "
        f"to the end of a new run: {recovered}; W1 beside them afterwards: {rate:,.0f} actions/s"
    )
    data = {"memory": memory, "starts_per_second": SLEEPERS / started, "recovery_seconds": recoveries, "w1_rate": rate}
    return data, table


async def beside(servers: Servers) -> tuple[dict[str, Any], Table]:
    """Single runs, one after another, alone and beside gathers of 10,000."""
    async with running(servers) as (installation, target):
        other = WarrenTarget(installation.broker_url)
        await other.open()
        await target.chains(300, 10)
        await asyncio.sleep(3.0)
        await target.chains(300, 10)
        alone = await _latencies(other, asyncio.get_running_loop().create_future(), 300)
        fans = asyncio.ensure_future(_fans(target, 8))
        busy = await _latencies(other, fans, 100_000)
        seconds = await fans
        await other.close()
    table = Table(title=f"Milliseconds of a one-action run, beside a gather of {WIDTH:,}")
    for column in ("", "runs", "p50", "p95", "p99", "longest"):
        table.add_column(column, justify="right")
    data: dict[str, Any] = {"fan_seconds": seconds}
    for name, times in (("alone", alone), ("beside", busy)):
        figures = [times[len(times) * percent // 100] for percent in (50, 95, 99)] + [times[-1]]
        data[name] = {"runs": len(times), "p50_p95_p99_max_ms": figures}
        table.add_row(name, str(len(times)), *(f"{figure:.1f}" for figure in figures))
    table.caption = f"the gathers, one after another: {', '.join(f'{each:.2f} s' for each in seconds)}"
    return data, table


async def _fans(target: WarrenTarget, count: int) -> list[float]:
    return [(await target.fan(WIDTH)).seconds for _ in range(count)]


async def _latencies(target: WarrenTarget, until: asyncio.Future[Any], most: int) -> list[float]:
    times = []
    while not until.done() and len(times) < most:
        times.append((await target.chains(1, 1)).seconds * 1000)
    return sorted(times)


async def _waiting(installation: Installation) -> int:
    lines = await asyncio.to_thread(
        installation.servers.rabbit.ctl, "list_queues", "-p", installation.broker_url.rpartition("/")[2], "messages"
    )
    return sum(int(word) for word in lines.split() if word.isdigit()) - 1  # the marker stays


def _memory(installation: Installation) -> dict[str, int]:
    sizes = {service.name: psutil.Process(service.pid).memory_info().rss for service in installation.services}
    sizes = {name: sizes[name] for name in ("compiler", "coordinator", "worker")}
    sizes["rabbitmq"] = psutil.Process(installation.servers.rabbit_pid).memory_info().rss
    return sizes


PARTS = {"table": scale, "sleepers": sleepers, "beside": beside}


async def run(options: argparse.Namespace) -> None:
    """Each part on servers of its own."""
    data: dict[str, Any] = {}
    for name in options.parts or PARTS:
        with private_servers() as servers:
            data[name], table = await PARTS[name](servers)
        show(table)
    if options.json:
        options.json.write_text(json.dumps(data, indent=1) + "\n")


def main() -> None:
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="tests.bench.scale", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all by default")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--realtime", action="store_true", help="run before all other programs (needs root)")
    options = parser.parse_args()
    clean_up_when_terminated()
    if options.realtime:
        take_precedence()
    uvloop.run(run(options))


if __name__ == "__main__":
    main()
