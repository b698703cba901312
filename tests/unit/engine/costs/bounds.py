"""What a program of the cost table may take, as the tests see it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.unit.engine.costs.measure import measure

from warren.engine.limits import MAX_STEPS

STEPS: Final = MAX_STEPS // 8
SECONDS: Final = 1.5
"""Of CPU, on a machine that is busy with other things; a hole takes many times that."""
MEGABYTES: Final = 400


def check(folder: Path, program: str) -> None:
    """Run a program with an eighth of the steps; it must end over a limit, soon and in little memory."""
    found = measure(folder, program, steps=STEPS)
    assert found.is_over_a_limit, (found.status, found.error)
    assert found.seconds < SECONDS
    assert found.megabytes < MEGABYTES
