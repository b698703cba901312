"""How much one transition may do: steps of pure code, and bytes of new values. Exceeding either ends the run, clearly.

The counters are reset before every transition. `Stop` is a BaseException so that no `except` of a workflow sees it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final, NoReturn

from warren.errors import LimitExceeded

MAX_STEPS: Final = 2_000_000
"""Loop iterations and function calls of pure code in one transition (about half a second)."""
MAX_BYTES: Final = 64 * 1024 * 1024
"""Rough size of the values that pure code may make in one transition."""
MAX_COMMANDS: Final = 1_000
"""Commands of one transition; more go on in another one, after a `Continue`."""
MAX_COMMAND_BYTES: Final = 32 * 1024 * 1024
"""Rough size of what the commands of one transition carry; beyond it the rest goes into another transition too."""
MAX_STATE_BYTES: Final = 128 * 1024 * 1024
"""Rough size of what one run may hold between transitions."""
MAX_INT_BITS: Final = 1_000_000
OBJECT_BYTES: Final = 200
"""Rough size of an instance, or of a call that nobody has awaited."""
MAX_CALLS: Final = 900
"""Depth of calls, as in CPython."""


_ENDLESS: Final = 1 << 60


class Stop(BaseException):
    """Ends the run; carries the reason."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Budget:
    """What is left for the current transition."""

    __slots__ = ("bytes", "calls", "steps")

    def __init__(self) -> None:
        self.steps = MAX_STEPS
        self.bytes = MAX_BYTES
        self.calls = MAX_CALLS
        """How much deeper calls of recursive functions may go."""

    def reset(self) -> None:
        """Start a transition."""
        self.steps = MAX_STEPS
        self.bytes = MAX_BYTES
        self.calls = MAX_CALLS

    @contextlib.contextmanager
    def unlimited(self) -> Iterator[None]:
        """Do again what was within the budget of another transition."""
        self.steps = self.bytes = _ENDLESS
        try:
            yield
        finally:
            self.reset()

    @property
    def used(self) -> int:
        """Rough size of what the transition made: what was taken, and a little for each step."""
        return (MAX_BYTES - self.bytes) + 16 * (MAX_STEPS - self.steps)

    def out_of_calls(self) -> NoReturn:
        """Called by compiled code when `calls` fell below zero."""
        raise Stop(LimitExceeded(f"the workflow's functions call each other more than {MAX_CALLS:,} deep"))

    def out_of_steps(self) -> NoReturn:
        """Called by compiled code when `steps` fell below zero."""
        raise Stop(
            LimitExceeded(
                f"the workflow ran {MAX_STEPS:,} steps without awaiting anything; an endless loop, or work that "
                "belongs into an @action"
            )
        )

    def spend(self, steps: int) -> None:
        """Take steps for work whose length is known beforehand."""
        self.steps -= steps
        if self.steps < 0:
            self.out_of_steps()

    def allocate(self, size: int) -> None:
        """Take bytes for a value of about `size` bytes, before or right after making it."""
        self.bytes -= size
        if self.bytes < 0:
            raise Stop(
                LimitExceeded(
                    f"the workflow built more than {MAX_BYTES // 1024 // 1024} MiB of values without awaiting; "
                    "keep large data in an @action and pass a reference to it"
                )
            )
