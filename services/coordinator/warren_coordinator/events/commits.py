"""Committing transitions, and carrying out what they command. What the store refuses is found by halves.

Must not know how a transition is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from warren.engine import StartTimer
from warren.errors import SequenceConflict, StoreUnavailable
from warren.ports import RunStore, StoredRun
from warren.runs.command_dispatch import Dispatcher
from warren.runs.outbox import Outbox, RunHeader
from warren.runtime.logs import get_logger
from warren.runtime.telemetry import Telemetry
from warren_coordinator.events.batch import Effects, Fault
from warren_coordinator.events.followers import Followers
from warren_coordinator.events.transitions import Transitions
from warren_coordinator.run_cache import RunCache, RunEntry

log = get_logger(__name__)


@dataclass(slots=True)
class Outcome:
    """What became of transitions beside those that are committed.

    `overtaken` are runs for which another coordinator was first: they are to be loaded and their events applied again.
    `faults` are of runs whose transitions the store refuses.
    """

    overtaken: set[UUID] = field(default_factory=set)
    faults: dict[UUID, Fault] = field(default_factory=dict)


class Commits:
    """Writes transitions to the store."""

    def __init__(
        self,
        *,
        store: RunStore,
        cache: RunCache,
        dispatcher: Dispatcher,
        telemetry: Telemetry,
        followers: Followers,
    ) -> None:
        self._followers = followers
        self._store = store
        self._cache = cache
        self._dispatcher = dispatcher
        self._telemetry = telemetry

    def effects(self) -> Effects:
        """For what one batch causes."""
        return Effects(self._dispatcher.outbox())

    async def commit(self, transitions: Transitions, effects: Effects) -> Outcome:
        """Commit, and put into `effects` what comes of that. Raises `StoreUnavailable`."""
        outcome = Outcome()
        for run_id in transitions.only_refused:
            if await self._store.history(run_id, after_seq=transitions.touched[run_id].state.seq, limit=1):
                outcome.overtaken.add(run_id)
        if outcome.overtaken:
            self._forget(outcome.overtaken)
            transitions = transitions.only(transitions.touched.keys() - outcome.overtaken)
        if transitions.successors:
            others = transitions.touched.keys() - transitions.successors.keys()
            await self._commit(transitions.only(others), effects, outcome)
            await self._commit(transitions.only(transitions.successors.keys()), effects, outcome)
        else:
            await self._commit(transitions, effects, outcome)
        for run_id, attempt in transitions.unwanted:
            if run_id not in outcome.overtaken and run_id not in outcome.faults:  # else it may be wanted after all
                effects.outbox.add_stop(run_id, [attempt])
        return outcome

    async def _commit(self, transitions: Transitions, effects: Effects, outcome: Outcome) -> None:
        try:
            updates = transitions.updates()
            if not transitions.rows and not updates:
                _refuse(transitions, effects.outbox)
                return
            if transitions.successors:
                finished = await self._store.continue_runs(transitions.rows, transitions.continuations(), updates)
            else:
                finished = await self._store.commit(transitions.rows, updates, transitions.snapshots())
        except SequenceConflict as error:
            log.info("sequence conflict: another coordinator was first", runs=len(error.run_ids))
            outcome.overtaken |= transitions.touched.keys()
            self._forget(transitions.touched)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the store, or a row that cannot be built: it is found whose it is
            await self._commit_by_halves(error, transitions, effects, outcome)
        else:
            transitions.committed()
            effects.causes += transitions.causes
            self._carry_out(transitions, effects.outbox)
            self._announce(finished, effects.outbox)
            if not self._followers.is_empty:
                self._followers.tell(transitions.rows, set(finished), effects.outbox, now=transitions.at)
            if transitions.successors:
                self._begin(transitions, finished, effects.outbox)

    async def _commit_by_halves(
        self, error: Exception, transitions: Transitions, effects: Effects, outcome: Outcome
    ) -> None:
        run_ids = list(transitions.touched)
        if len(run_ids) == 1:
            outcome.faults[run_ids[0]] = Fault(error)
            self._forget(run_ids)
            return
        log.warning("commit refused: bisecting", runs=len(run_ids), error=str(error)[:500])
        middle = len(run_ids) // 2
        for half in (run_ids[:middle], run_ids[middle:]):
            await self._commit(transitions.only(set(half)), effects, outcome)

    def _forget(self, run_ids: Iterable[UUID]) -> None:
        for run_id in run_ids:
            self._cache.forget(run_id)

    def _carry_out(self, transitions: Transitions, outbox: Outbox) -> None:
        for entry, commands in transitions.outcomes:
            self._dispatcher.carry_out(commands, entry.header, outbox)
        for event in transitions.answered:
            outbox.add_answer(event)
        _refuse(transitions, outbox)
        for entry in transitions.touched.values():
            self._cache.touched(entry)

    def _announce(self, finished: dict[UUID, StoredRun], outbox: Outbox) -> None:
        for run_id, run in finished.items():
            self._cache.finish(run_id, is_continued=run.continued_as is not None)
            outbox.add_finish(run)
            if self._telemetry.enabled:
                self._telemetry.emit_run(run)

    def _begin(self, transitions: Transitions, ended: Mapping[UUID, StoredRun], outbox: Outbox) -> None:
        """Take in the runs that go on in the places of others, and carry out what their first transitions command."""
        for run_id, (_, state, commands) in transitions.successors.items():
            before = ended[run_id]
            header = RunHeader.of(replace(before, run_id=state.run_id))
            if state.run_id not in ended:
                executable = transitions.touched[run_id].executable
                self._cache.put(RunEntry(executable, state, header, stored_wake_at=state.wake_at))
            self._dispatcher.carry_out(commands, header, outbox)

    def hold_timers(self, loaded: Iterable[UUID], effects: Effects) -> None:
        """Take over the timers of loaded runs, now that the event that had them loaded has been applied."""
        for run_id in loaded:
            entry = self._cache.get(run_id)
            if entry is not None and entry.state.wake_at is not None:
                timers = [command for command in entry.state.pending_commands() if isinstance(command, StartTimer)]
                self._dispatcher.carry_out(timers, entry.header, effects.outbox)


def _refuse(transitions: Transitions, outbox: Outbox) -> None:
    for event, error in transitions.refused:
        outbox.add_refusal(event, error)
