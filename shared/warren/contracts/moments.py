"""Moments in the far future: how long a wait may be, and when it ends, without leaving what a `datetime` can hold.

Python's timers take any number of seconds, dates do not. A wait beyond this never ends, and nothing fails.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

LONGEST_SECONDS: Final = 100 * 365.25 * 86_400
"""A hundred years: the longest timeout of one attempt, or pause between two. Event loops take no more either."""
LAST_MOMENT: Final = datetime(9999, 12, 1, tzinfo=UTC)
"""No timer is due later. It is a month before the end of the calendar, so that it exists in every time zone."""


def moment_after(start: datetime, seconds: float) -> datetime:
    """The moment `seconds` after `start` (which knows its zone), or `LAST_MOMENT` where that would be later.

    Raises:
        ValueError: `seconds` is not a number.
    """
    try:
        moment = start + timedelta(seconds=seconds)
    except OverflowError:
        return LAST_MOMENT
    return min(moment, LAST_MOMENT)
