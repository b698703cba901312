"""What came of a chaos run, as a record and as text."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from tests.chaos.faults import Injected

from warren.contracts.topology import QueueType


@dataclass(frozen=True, slots=True)
class Report:
    """What came of it. `pauses` are, by fault, the longest times without progress from each one to the next."""

    seed: int
    queue_type: QueueType
    durations: list[float]
    """Seconds that each ordinary run took."""
    neighbours: dict[str, int]
    """Bad neighbours that ended, by kind."""
    junk: int
    memory: dict[str, int]
    """The most resident memory of any process of a kind, in bytes."""
    seconds: float
    runs: int
    invocations: int
    executions: int
    restarted: int
    deaths: dict[str, int]
    points: dict[str, int]
    injected: list[Injected]
    pauses: dict[str, list[float]]
    longest: list[tuple[float, Injected]]
    violations: list[str]

    def __str__(self) -> str:
        lines = [
            (
                f"seed {self.seed}, {self.queue_type} queues: {len(self.injected)} faults in {self.seconds:.0f} s, "
                f"{self.runs} runs, "
                f"{self.invocations} invocations, {self.executions} executions, deaths {self.deaths}, "
                f"at named points {self.points}, "
                f"{self.restarted} starts sent again after a loss of the broker's data"
            ),
            "",
            _quantiles(self.durations),
            f"bad neighbours that ended: {sum(self.neighbours.values())} {self.neighbours}",
            f"messages that nobody should send: {self.junk}",
            f"most memory of a process, MiB: { {kind: size >> 20 for kind, size in self.memory.items()} }",
            "",
            f"{'fault':32} {'times':>5} {'median':>8} {'longest':>8}   seconds until the next progress",
        ]
        for kind, pauses in sorted(self.pauses.items()):
            lines.append(f"{kind:32} {len(pauses):5} {statistics.median(pauses):8.2f} {max(pauses):8.2f}")
        lines.append("\nlongest:")
        lines += [f"{pause:8.1f} s after {fault.kind} ({fault.detail})" for pause, fault in self.longest[:8]]
        lines.append(f"\nviolations: {len(self.violations)}")
        lines += [f"  {text}" for text in self.violations[:200]]
        return "\n".join(lines)


def _quantiles(durations: list[float]) -> str:
    if len(durations) < 2:
        return "no ordinary run has ended"
    cuts = statistics.quantiles(durations, n=100)
    return f"{len(durations)} ordinary runs took {cuts[49]:.2f} s (median), {cuts[98]:.2f} s (99th percentile)"
