"""Computing the first transition of a run, within the time that a transition has, and without harm to this process.

Must not know what is done with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from uuid import UUID

from warren.contracts.messages import Json
from warren.engine import Command, Executable, RunState, start_run
from warren.errors import LimitExceeded
from warren.runs.transition_watchdog import TransitionOverdue, TransitionWatchdog
from warren.runs.trial import Trial

_INSTEAD = "work of that size belongs into an @action"


class FirstTransition:
    """Computes first transitions."""

    def __init__(self, *, watchdog: TransitionWatchdog, trial: Trial) -> None:
        self._watchdog = watchdog
        self._trial = trial

    async def compute(
        self,
        executable: Executable,
        *,
        run_id: UUID,
        input: dict[str, Json],  # noqa: A002 - the field's word for it
        at: datetime,
        attributes: Mapping[str, Json],
        is_suspect: bool,
    ) -> tuple[RunState, list[Command]]:
        """The state and the commands of a new run. What `is_suspect` may have ended a process that got it.

        Raises:
            LimitExceeded: it takes too long to compute, or would end this process.
            Exception: what `start_run` raises.
        """
        start = partial(start_run, executable, run_id=run_id, input=input, at=at, attributes=attributes)
        if is_suspect and (culprit := await self._trial.run([start])) is not None:
            raise LimitExceeded(f"the first transition cannot be computed: {culprit.reason}; {_INSTEAD}")
        made = None
        with self._watchdog as watchdog:
            watchdog.current = run_id
            with suppress(TransitionOverdue):
                made = start()
        if watchdog.is_overdue(run_id) or made is None:
            raise LimitExceeded(f"the first transition took more than {watchdog.seconds:g} s; {_INSTEAD}")
        return made
