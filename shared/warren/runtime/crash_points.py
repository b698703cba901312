"""Named points at which a process can be killed, for tests: between two steps that have to be safe to part.

`WARREN_CRASH_AT=point:n,...` kills the process when it reaches a point for the n-th time. Without it nothing here does
anything. It must not know what happens at a point.
"""

from __future__ import annotations

import os
import signal
from typing import Final

VARIABLE: Final = "WARREN_CRASH_AT"

COMMITTED: Final = "committed"
"""A batch is in the store; nothing that it causes has been published."""
PUBLISHED: Final = "published"
"""Everything that a batch causes is confirmed; it is not acknowledged yet."""
PERFORMED: Final = "performed"
"""An action has had its effect; its result has not been published."""
REPORTED: Final = "reported"
"""Results are confirmed; the deliveries of their actions are not acknowledged yet."""

_counts: dict[str, int] = {}
for _item in filter(None, os.environ.get(VARIABLE, "").split(",")):
    _name, _, _count = _item.partition(":")
    _counts[_name] = int(_count or 1)


def reached(point: str) -> None:
    """Kill this process with SIGKILL if `WARREN_CRASH_AT` says `point:n` and this is the n-th time."""
    if not _counts or point not in _counts:
        return
    _counts[point] -= 1
    if _counts[point] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
