"""What tests may break in a process: named points at which it is killed, and safeguards that are taken away.

`WARREN_CRASH_AT=point:n,...` kills the process when it reaches a point for the n-th time.
`WARREN_TEST_DISABLE=name,...` takes safeguards away, to prove that the tests would notice. Without these variables
nothing here does anything.
"""

from __future__ import annotations

import os
import signal
from typing import Final

VARIABLE: Final = "WARREN_CRASH_AT"
DISABLE_VARIABLE: Final = "WARREN_TEST_DISABLE"

COMMITTED: Final = "committed"
"""A batch is in the store; nothing that it causes has been published."""
PUBLISHED: Final = "published"
"""Everything that a batch causes is confirmed; it is not acknowledged yet."""
PERFORMED: Final = "performed"
"""An action has had its effect; its result has not been published."""
REPORTED: Final = "reported"
"""Results are confirmed; the deliveries of their actions are not acknowledged yet."""

ACK_AFTER_COMMIT: Final = "ack_after_commit"
ACK_AFTER_CONFIRMS: Final = "ack_after_confirms"
FENCE: Final = "fence"
"""Not taken away here: a test drops the primary key of the history, or simulates a store without it."""
DUPLICATES: Final = "duplicates"
REPUBLISH: Final = "republish"
MARKER: Final = "marker"
LEASE_EXPIRY: Final = "lease_expiry"
STALLED: Final = "stalled"
WATCHDOG: Final = "watchdog"
"""Of a worker's event loop. Real processes only: a simulated loop does not block."""
SAFEGUARDS: Final = (ACK_AFTER_COMMIT, ACK_AFTER_CONFIRMS, FENCE, DUPLICATES, REPUBLISH, MARKER, LEASE_EXPIRY, STALLED)

_counts: dict[str, int] = {}
for _item in filter(None, os.environ.get(VARIABLE, "").split(",")):
    _name, _, _count = _item.partition(":")
    _counts[_name] = int(_count or 1)

_disabled: Final = frozenset(filter(None, os.environ.get(DISABLE_VARIABLE, "").split(",")))


def reached(point: str) -> None:
    """Kill this process with SIGKILL if `WARREN_CRASH_AT` says `point:n` and this is the n-th time."""
    if not _counts or point not in _counts:
        return
    _counts[point] -= 1
    if _counts[point] == 0:
        os.kill(os.getpid(), signal.SIGKILL)


def disabled(safeguard: str) -> bool:
    """Whether `WARREN_TEST_DISABLE` names this safeguard."""
    return safeguard in _disabled
