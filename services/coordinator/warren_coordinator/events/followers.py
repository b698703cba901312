"""Who wants to hear of each new transition of a run: for a while, here, and nowhere else.

What is told is where the history ends; who follows reads it in the database, so a message that is lost loses nothing.
Must not know runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from warren.contracts import messages
from warren.ports import TransitionRow
from warren.runs.outbox import Outbox

MOST: Final = 10_000
"""So many followers are remembered; more are told only when they ask."""
_CLEAN_UP: Final = timedelta(seconds=30)


class Followers:
    """Followers by run. Without any, it costs a look at `is_empty`."""

    def __init__(self) -> None:
        self._by_run: dict[UUID, dict[tuple[str, str | None], tuple[messages.QueryAsked, datetime]]] = {}
        self._count = 0
        self._clean_up_at: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nobody follows any run."""
        return not self._by_run

    def add(self, asked: messages.QueryAsked, *, now: datetime, seconds: float) -> None:
        """Remember a follower, or remember one for longer."""
        if self._clean_up_at is None or now >= self._clean_up_at:
            self._clean_up_at = now + _CLEAN_UP
            self._forget_old(now)
        who = (asked.reply.reply_to, asked.reply.correlation_id)
        of_run = self._by_run.get(asked.run_id, {})
        if who not in of_run:
            if self._count >= MOST:
                return
            self._count += 1
            self._by_run[asked.run_id] = of_run
        of_run[who] = asked, now + timedelta(seconds=seconds)

    def tell(self, rows: Iterable[TransitionRow], ended: set[UUID], outbox: Outbox, *, now: datetime) -> None:
        """Say where the histories of these committed transitions end, to those who follow them."""
        last = {row.run_id: row.seq for row in rows if row.run_id in self._by_run}
        for run_id, seq in last.items():
            for asked, until in self._by_run[run_id].values():
                if until > now:
                    outbox.add_answer(asked, position(seq, has_ended=run_id in ended))
            if run_id in ended:
                self._count -= len(self._by_run.pop(run_id))

    def _forget_old(self, now: datetime) -> None:
        for run_id, of_run in list(self._by_run.items()):
            kept = {who: known for who, known in of_run.items() if known[1] > now}
            self._count -= len(of_run) - len(kept)
            if kept:
                self._by_run[run_id] = kept
            else:
                del self._by_run[run_id]


def position(seq: int | None, *, has_ended: bool) -> messages.Json:
    """What followers are told: the number of the last transition (None of a run that ended before), and whether there
    will be more."""
    return {"seq": seq, "ended": has_ended}
