"""What a program of the cost table may take, as the tests see it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from tests.support.machine import is_within
from tests.unit.engine.guarded.costs.measure import measure

from warren.engine.values.limits import MAX_STEPS

STEPS: Final = MAX_STEPS // 8
SECONDS: Final = 4.0
"""Of CPU, below the five after which the transition watchdog ends a run. On a quiet machine the slowest row takes 2.4
whatever the steps, since it reaches the limit of bytes; a hole takes many times as much.
"""
MEGABYTES: Final = 400


def check(folder: Path, program: str) -> None:
    """Run a program with an eighth of the steps; it must end over a limit, soon and in little memory."""
    found = measure(folder, program, steps=STEPS)
    assert found.is_over_a_limit, (found.status, found.error)
    assert is_within(found.seconds, SECONDS, time.process_time), found
    assert found.megabytes < MEGABYTES
