"""Runs a program of the cost table to its limit, and says what that took. Must not know what is too much."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.unit.engine.guarded.costs.classes import MORE
from tests.unit.engine.writing import compile_text, start

from warren.engine.values import limits
from warren.testing import EngineDriver

_MOST_TRANSITIONS = 40


@dataclass(frozen=True)
class Measured:
    """The longest transition in seconds of CPU, the megabytes by which the process grew, and how the run ended."""

    seconds: float
    megabytes: int
    status: str
    error: dict[str, Any]

    @property
    def is_over_a_limit(self) -> bool:
        """Whether the run ended because a limit was exceeded, and not because there was no memory left."""
        is_limit = self.status == "failed" and self.error["t"] == "warren.errors:LimitExceeded"
        return is_limit and not self.error["args"][0].endswith("of the engine: ")


def measure(folder: Path, program: str, *, steps: int = limits.MAX_STEPS) -> Measured:
    """Run a program; what comes after its first wait, or all of one that never waits, may take so many steps."""
    executable = compile_text(folder, program, MORE)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with _at_most(limits.MAX_STEPS if "await act(0)" in program else steps):
        longest, driver = _timed(lambda: start(executable, 1))
    with _at_most(steps):
        for _ in range(_MOST_TRANSITIONS):
            if driver.is_finished:
                break
            seconds, _nothing = _timed(lambda: _go_on(driver))
            longest = max(longest, seconds)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    return Measured(longest, grown, driver.state.status.value, driver.state.error or {})


def _go_on(driver: EngineDriver) -> None:
    if driver.actions:
        number, command = next(iter(driver.actions.items()))
        driver.succeed_encoded(number, command.args[0] if command.args else None)
    elif driver.timers:
        driver.fire()
    else:
        driver.go_on()


def _timed(work: Any) -> tuple[float, Any]:
    began = time.process_time()
    found = work()
    return time.process_time() - began, found


@contextmanager
def _at_most(steps: int) -> Iterator[None]:
    before, limits.MAX_STEPS = limits.MAX_STEPS, steps  # type: ignore[misc]  # as if it had been written there
    try:
        yield
    finally:
        limits.MAX_STEPS = before  # type: ignore[misc]  # as above
