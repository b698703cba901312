"""Rounds into medians and spreads, as tables and JSON. Knows no target."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table
from tests.bench.metering import Cost
from tests.bench.workloads import Figures, Workload

GOALS = {"W1": 4.0, "W2": 0.6, "W3": 2.5, "W4": 1.5, "W5": 1.2}
"""Warren's figure as a multiple of the yardstick's, in the same sitting."""


@dataclass(slots=True)
class Series:
    """The rounds of one workload on one target."""

    workload: Workload
    target: str
    figures: list[Figures] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)

    def median(self, figure: str) -> float:
        """Of the rounds."""
        return statistics.median(each[figure] for each in self.figures)

    def spread(self, figure: str) -> tuple[float, float]:
        """Lowest and highest round."""
        values = [each[figure] for each in self.figures]
        return min(values), max(values)

    def per_action(self) -> dict[str, float]:
        """Medians of what one action costs."""
        actions = self.workload.actions
        costs = {
            "cpu_ms": statistics.median(cost.cpu_seconds * 1000 / actions for cost in self.costs),
            "messages": statistics.median(cost.messages / actions for cost in self.costs),
            "commits": statistics.median(cost.commits / actions for cost in self.costs),
            "wal_bytes": statistics.median(cost.wal / actions for cost in self.costs),
        }
        if self.target.startswith("warren"):  # three messages of a run are its start, its reply and its announcement
            costs["messages_between_services"] = costs["messages"] - 3 * self.workload.runs / actions
        return costs

    def cpu_by_group(self) -> dict[str, float]:
        """Median milliseconds of CPU per action, by group of processes."""
        groups = self.costs[0].cpu if self.costs else {}
        return {
            group: statistics.median(cost.cpu[group] * 1000 / self.workload.actions for cost in self.costs)
            for group in groups
        }

    def peak_memory(self) -> dict[str, int]:
        """Highest resident set, by group."""
        groups = self.costs[0].peak_memory if self.costs else {}
        return {group: max(cost.peak_memory[group] for cost in self.costs) for group in groups}

    def as_json(self) -> dict[str, Any]:
        """Everything, rounds included."""
        return {
            "workload": self.workload.name,
            "target": self.target,
            "median": {figure: self.median(figure) for figure in self.figures[0]},
            "rounds": self.figures,
            "per_action": self.per_action() if self.costs else {},
            "cpu_ms_per_action": self.cpu_by_group(),
            "peak_memory_bytes": self.peak_memory(),
        }


def figures_table(series: Sequence[Series], *, yardstick: str) -> Table:
    """One row per workload and target: median, spread, and the ratio to the yardstick's."""
    table = Table(title="Medians (lowest to highest round)", title_justify="left")
    for column in ("", "target", "figure", "spread", "p95", "p99", "ratio", "goal"):
        table.add_column(column, justify="left" if column in ("", "target") else "right")
    base = {each.workload.name: each for each in series if each.target == yardstick}
    for each in series:
        workload = each.workload
        low, high = each.spread(workload.figure)
        other = base.get(workload.name)
        ratio = goal = ""
        if other is not None and other is not each:
            value = each.median(workload.figure) / other.median(workload.figure)
            ratio = f"{value:.2f}x"
            if each.target.startswith("warren"):
                limit = GOALS[workload.name]
                met = value >= limit if workload.more_is_better else value <= limit
                goal = f"{'>=' if workload.more_is_better else '<='} {limit:g}x {'met' if met else 'MISSED'}"
        tail = [f"{each.median(name):.2f}" if name in each.figures[0] else "" for name in ("p95", "p99")]
        table.add_row(
            f"{workload.name} {workload.title}",
            each.target,
            f"{_number(each.median(workload.figure))} {workload.unit}",
            f"{_number(low)} - {_number(high)}",
            *tail,
            ratio,
            goal,
        )
    return table


def costs_table(series: Sequence[Series]) -> Table:
    """What an action costs, and which processes spend it."""
    table = Table(title="Per action (milliseconds of CPU; inner: messages between services)")
    groups = list(dict.fromkeys(group for each in series for group in each.cpu_by_group()))
    for column in ("", "target", "CPU", *groups, "messages", "inner", "commits", "WAL bytes", "peak MB"):
        table.add_column(column, justify="left" if column in ("", "target") else "right")
    for each in series:
        if not each.costs:
            continue
        costs, cpu, memory = each.per_action(), each.cpu_by_group(), each.peak_memory()
        table.add_row(
            each.workload.name,
            each.target,
            f"{costs['cpu_ms']:.3f}",
            *(f"{cpu[group]:.3f}" if group in cpu else "" for group in groups),
            f"{costs['messages']:.3f}",
            f"{costs['messages_between_services']:.3f}" if "messages_between_services" in costs else "",
            f"{costs['commits']:.3f}",
            f"{costs['wal_bytes']:.0f}",
            " ".join(f"{group[:5]} {size / 2**20:.0f}" for group, size in memory.items() if size),
        )
    return table


def show(*tables: Table) -> None:
    """Print, wide enough for a file, too."""
    console = Console(width=200)
    for table in tables:
        console.print(table)


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3f}" if value < 10 else f"{value:.1f}"
