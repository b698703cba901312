"""Answering queries, when all that came with them is committed: about open runs and about ended ones.

Must not change a run.
"""

from __future__ import annotations

from collections.abc import Sequence

from warren.contracts import messages
from warren.engine import answer_query
from warren.errors import InfrastructureError, InternalError, UserError
from warren.runs.outbox import Outbox
from warren.runs.transition_watchdog import TransitionOverdue, TransitionWatchdog
from warren.runtime.clock import Clock
from warren.runtime.logs import get_logger
from warren_coordinator.run_loader import RunLoader

log = get_logger(__name__)


class Questions:
    """Answers queries."""

    def __init__(self, *, loader: RunLoader, clock: Clock, watchdog: TransitionWatchdog) -> None:
        self._loader = loader
        self._clock = clock
        self._watchdog = watchdog

    async def answer(self, asked: Sequence[messages.QueryAsked], outbox: Outbox) -> None:
        """Put the answers into `outbox`."""
        for event in asked:
            try:
                result = await self._answer(event)
            except InfrastructureError:
                raise
            except Exception as error:  # whatever the run or its query is like, only this one is refused
                if not isinstance(error, UserError):
                    log.exception("query not answered", run_id=str(event.run_id), query=event.name)
                outbox.add_refusal(event, error)
            else:
                outbox.add_answer(event, result)

    async def _answer(self, event: messages.QueryAsked) -> messages.Json:
        executable, state = await self._loader.state_of(event.run_id)
        try:
            with self._watchdog:
                self._watchdog.current = event
                return answer_query(executable, state, event.name, event.arguments, self._clock.now())
        except TransitionOverdue as overdue:
            raise InternalError(f"the query {event.name!r} took too long") from overdue
