"""Answering queries, when all that came with them is committed: about open runs and about ended ones.

Two of them every run answers: where it stands, and where its history ends, now and each time that this changes.

Must not change a run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from warren.contracts import messages, names
from warren.contracts.messages import RunStatus
from warren.engine import RunState, answer_query, state_of
from warren.errors import InfrastructureError, InternalError, RunNotFound, UserError
from warren.ports import RunStore
from warren.runs.outbox import Outbox
from warren.runs.replay import load_state
from warren.runs.transition_watchdog import TransitionOverdue, TransitionWatchdog
from warren.runtime.clock import Clock
from warren.runtime.logs import get_logger
from warren_coordinator.events.followers import Followers, position
from warren_coordinator.run_cache import RunCache, RunEntry
from warren_coordinator.run_loader import RunLoader

log = get_logger(__name__)


class Questions:
    """Answers queries."""

    def __init__(
        self,
        *,
        store: RunStore,
        cache: RunCache,
        loader: RunLoader,
        followers: Followers,
        clock: Clock,
        watchdog: TransitionWatchdog,
    ) -> None:
        self._followers = followers
        self._store = store
        self._cache = cache
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
        if event.name == names.FOLLOW_QUERY:
            return await self._follow(event)
        is_built_in = event.name == names.STATE_QUERY
        run_id = event.run_id if is_built_in else await self._loader.last_of(event.run_id)
        await self._fresh(run_id)
        executable, state = await self._loader.state_of(run_id)
        before = await self._before_end(state) if is_built_in else None
        try:
            with self._watchdog:
                self._watchdog.current = event
                if is_built_in:
                    return state_of(executable, state, before=before)
                return answer_query(executable, state, event.name, event.arguments, self._clock.now())
        except TransitionOverdue as overdue:
            raise InternalError(f"the query {event.name!r} took too long") from overdue

    async def _follow(self, event: messages.QueryAsked) -> messages.Json:
        """Where the history ends, which the follower hears of for a while from now on."""
        entry = await self._fresh(event.run_id)
        if entry is not None:
            self._followers.add(event, now=self._clock.now(), seconds=event.arguments["seconds"])
            return position(entry.state.seq, has_ended=False)
        if await self._store.get_run(event.run_id) is None:
            raise RunNotFound(f"there is no run with the id {event.run_id}")
        return position(None, has_ended=True)

    async def _before_end(self, state: RunState) -> RunState | None:
        """An ended run before its last transition, in which it left all that it had."""
        if state.status is RunStatus.RUNNING:
            return None
        loaded = (await self._store.load_runs([state.run_id]))[state.run_id]
        earlier = replace(loaded, transitions=loaded.transitions[:-1])
        if not earlier.transitions and earlier.snapshot is None:
            return None
        return (await load_state(earlier, store=self._store, programs=self._loader.programs))[1]

    async def _fresh(self, run_id: UUID) -> RunEntry | None:
        """An open run as the store has it: another coordinator may have gone on with it while it lay in this cache."""
        known = self._cache.get(run_id)
        if known is not None and await self._store.history(run_id, after_seq=known.state.seq, limit=1):
            self._cache.forget(run_id)
        return await self._loader.open(run_id)
