"""W6: one run that grows. Time, memory and log per action must stay what they were."""

from __future__ import annotations

import statistics
import sys
from typing import Any

from rich.table import Table
from tests.bench.metering import Meter
from tests.bench.targets import WarrenTarget

STEPS = (50, 200, 800, 3_200)
WIDTHS = (250, 1_000, 4_000, 16_000)

Growth = list[dict[str, Any]]


async def measure_growth(target: WarrenTarget, meter: Meter, *, rounds: int) -> Growth:
    """Chains and fans of growing size; medians of `rounds`, sizes ascending, so that memory shows its growth."""
    await target.chains(1, STEPS[0])
    await target.fan(WIDTHS[0])
    rows: Growth = []
    for shape, sizes in (("chain", STEPS), ("fan", WIDTHS)):
        for size in sizes:
            seconds: list[float] = []
            costs = []
            for _ in range(rounds):
                await meter.begin()
                outcome = await (target.chains(1, size) if shape == "chain" else target.fan(size))
                seconds.append(outcome.seconds)
                costs.append(await meter.end())
            row = {
                "shape": shape,
                "size": size,
                "ms_per_action": statistics.median(seconds) * 1000 / size,
                "cpu_ms_per_action": statistics.median(cost.cpu_seconds for cost in costs) * 1000 / size,
                "wal_bytes_per_action": statistics.median(cost.wal for cost in costs) / size,
                "coordinator_peak_bytes": max(cost.peak_memory["coordinator"] for cost in costs),
                "worker_peak_bytes": max(cost.peak_memory["worker"] for cost in costs),
            }
            rows.append(row)
            print(f"W6 {shape} {size}: {row['ms_per_action']:.3f} ms an action", file=sys.stderr)
    return rows


def growth_table(growth: Growth) -> Table:
    """One row per size."""
    table = Table(title="W6 growth: one run, ever larger", title_justify="left")
    for column in ("shape", "actions", "ms/action", "CPU ms/action", "WAL bytes/action", "coordinator MB", "worker MB"):
        table.add_column(column, justify="left" if column == "shape" else "right")
    for row in growth:
        table.add_row(
            row["shape"],
            f"{row['size']:,}",
            f"{row['ms_per_action']:.3f}",
            f"{row['cpu_ms_per_action']:.3f}",
            f"{row['wal_bytes_per_action']:.0f}",
            f"{row['coordinator_peak_bytes'] / 2**20:.0f}",
            f"{row['worker_peak_bytes'] / 2**20:.0f}",
        )
    return table
