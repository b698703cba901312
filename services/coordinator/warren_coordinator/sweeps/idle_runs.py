"""Which runs have been idle for a while, each reported once for each time that it became idle. It must not know why.

Those with a timer are looked for seldom: something will happen to each of them in any case, and there may be very many.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from warren.ports import IdleRun, RunStore

_PAGE: Final = 500
_OVERLAP: Final = 3
"""A pass begins so many ages before the end of the one before: clocks differ, and a commit takes time."""
_TIMED_AGES: Final = 10


@dataclass(slots=True)
class _Lane:
    """Runs with timers, or those without. `before` is set while a pass is under way."""

    is_timed: bool
    every: timedelta
    since: datetime | None = None
    before: datetime | None = None
    after: UUID | None = None
    passed_at: datetime | None = None


class IdleRuns:
    """Runs to which nothing has happened for `age`."""

    def __init__(self, store: RunStore, *, age: timedelta) -> None:
        self._store = store
        self._age = age
        self._lanes: list[_Lane] = []
        self.restart()

    def restart(self) -> None:
        """Report every idle run once more."""
        self._lanes = [_Lane(False, self._age / 2), _Lane(True, self._age * _TIMED_AGES)]

    async def page(self, now: datetime) -> list[IdleRun]:
        """The next ones; empty when there are none at present."""
        for lane in self._lanes:
            if lane.before is None:
                if lane.passed_at is not None and now - lane.passed_at < lane.every:
                    continue
                lane.before, lane.after = now - self._age, None
            found = await self._store.idle_runs(
                since=lane.since, before=lane.before, is_timed=lane.is_timed, after=lane.after, limit=_PAGE
            )
            if len(found) < _PAGE:
                lane.since = lane.before - self._age * _OVERLAP
                lane.before, lane.passed_at = None, now
            else:
                lane.after = found[-1].run_id
            if found:
                return found
        return []
