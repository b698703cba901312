"""Runs that are bad neighbours: each asks for something that goes wrong, and what must come of it is known.

`Hostile` is the workflow; `KINDS` says for each kind how its run must end. In a simulation some of what goes wrong is
injected (`tests.simulation.injection`), by the marks that these runs leave in events, commands and rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tests.chaos.ledger import hooks

from warren import Workflow, action, workflow
from warren.contracts.messages import RunStatus


@action
async def provoke(mark: str) -> str:
    """Gives back what it gets."""
    await hooks.executed(0.0)
    return mark


@workflow
class Hostile(Workflow):
    """Two actions whose marks the injected faults look for, or something that no run may do."""

    name = "chaos.hostile"

    async def run(self, kind: str) -> str:
        if kind == "endless":
            while True:
                pass
        if kind == "huge":
            return "x" * 10**10
        if kind == "wide":
            return str(sum(range(10**12)))
        first = await provoke(kind)
        return await provoke(first + "!")


@dataclass(frozen=True, slots=True)
class Expected:
    """How a hostile run must end: its status (None: it is refused and never exists), and a part of its error."""

    status: RunStatus | None
    says: str = ""


KINDS: Final = {
    "decode": Expected(RunStatus.FAILED, "its answer could not be read"),
    "apply": Expected(RunStatus.FAILED, "applying action_succeeded 1 (attempt 1) raised"),
    "encode": Expected(RunStatus.FAILED, "what came of action_succeeded 1 (attempt 1) cannot be sent"),
    "store": Expected(RunStatus.FAILED, "what came of action_succeeded 1 (attempt 1) cannot be stored"),
    "publish": Expected(RunStatus.FAILED, "the call of tests.chaos.hostile:provoke"),
    "full": Expected(RunStatus.COMPLETED),
    "load": Expected(RunStatus.COMPLETED),
    "start": Expected(None, "injected"),
    "endless": Expected(RunStatus.FAILED, "steps without awaiting"),
    "huge": Expected(RunStatus.FAILED, "MiB of values"),
    "wide": Expected(RunStatus.FAILED, "steps without awaiting"),
}
"""By kind; the first ones are injected, the last three are real."""
