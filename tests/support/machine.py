"""How slow this machine is now: what a test may take is a number of seconds on a quiet one, times that.

Measured beside what is judged, so that other processes, and a slower machine, fail no test.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

_ROUNDS: Final = 400_000
_QUIET_SECONDS: Final = 0.025
"""What `_work` takes on a quiet machine of two cores, of which one is busy."""


def _work() -> int:
    total = 0
    for number in range(_ROUNDS):
        total += number & 7
    return total


def slowness(clock: Callable[[], float] = time.monotonic) -> float:
    """How many times as long as on a quiet machine the same work takes now; at least 1.

    With `time.process_time` it is about the processor's speed only; with the default, about waiting for it too.
    """
    began = clock()
    for _ in range(3):
        _work()
    return max(1.0, (clock() - began) / 3 / _QUIET_SECONDS)


def is_within(seconds: float, most: float, clock: Callable[[], float] = time.monotonic) -> bool:
    """Whether this is less than `most` seconds of a quiet machine; how slow this one is, is measured if it matters."""
    return seconds < most or seconds < most * slowness(clock)


def allowed(seconds: float) -> float:
    """So many seconds of a quiet machine, in seconds of this one as it is now."""
    return seconds * slowness()
