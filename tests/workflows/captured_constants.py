"""Constants of the module, of classes and of enclosing functions, of every immutable kind."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum

import tests.workflows.settings_of_constants as settings

from warren import Workflow, workflow


class Mode(Enum):
    FAST = 1


@dataclass(frozen=True)
class Plan:
    name: str
    mode: Mode = Mode.FAST
    steps: tuple[int, ...] = (1, 2)


PLAN = Plan("main")
NAMES = frozenset({"a", "b"})
WAIT = timedelta(minutes=1)
NESTED = ((1, "x"), (None, Decimal("1.5")))
SINCE = date(2024, 1, 1)


def make_workflow(limit: int):
    names = ("closure", limit)

    @workflow
    class CapturedConstants(Workflow):
        mode = Mode.FAST

        async def run(self, x: int) -> list:
            return [
                limit,
                names,
                PLAN.name,
                PLAN.mode is self.mode,
                PLAN,
                "a" in NAMES,
                WAIT * 2,
                NESTED[1][1],
                SINCE.year,
                settings.LIMIT,
                settings.Nested.DEPTH,
                settings.scale(x),
            ]

    return CapturedConstants


CapturedConstants = make_workflow(7)

CASES = [{"x": 1}]
