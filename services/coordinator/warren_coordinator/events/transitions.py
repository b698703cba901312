"""One batch of transitions on its way into the store: rows, updates and snapshots, gathered as events are applied."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from pydantic_core import to_json

from warren.contracts import wire
from warren.contracts.attributes import AttributeValue, changed_attributes, set_attributes
from warren.contracts.messages import AttemptEvent, Identity, Json, RunEvent, RunStatus
from warren.engine import Command, Decision, Refusal, RunState, Successor, dump_commands, start_successor
from warren.ports import Continuation, RunFinish, RunUpdate, SnapshotRow, TransitionRow
from warren.runs.replay import dump_snapshot
from warren.runtime.logs import get_logger
from warren_coordinator.run_cache import RunEntry

log = get_logger(__name__)


class Transitions:
    """What one commit writes, and what is to be carried out after it."""

    __slots__ = (
        "_stored",
        "_stored_attributes",
        "answered",
        "at",
        "causes",
        "outcomes",
        "refused",
        "rows",
        "successors",
        "touched",
        "unwanted",
    )

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.rows: list[TransitionRow] = []
        self.outcomes: list[tuple[RunEntry, list[Command]]] = []
        self.touched: dict[UUID, RunEntry] = {}
        self.causes: list[Identity] = []
        self.answered: list[RunEvent] = []
        """Events that somebody waits for an answer to."""
        self.refused: list[Refusal] = []
        """Requests that the runs themselves refuse."""
        self.unwanted: list[tuple[UUID, tuple[int, int]]] = []
        """Attempts that workers are at work on and nobody waits for: the run, the invocation and the attempt."""
        self.successors: dict[UUID, Successor] = {}
        """The runs that go on in the places of runs of this batch, by the ids of those."""
        self._stored: list[tuple[RunEntry, datetime | None, datetime | None]] = []
        self._stored_attributes: list[tuple[RunEntry, dict[str, Json]]] = []

    def add(self, entry: RunEntry, decision: Decision | Refusal) -> None:
        """Add the transition that has just been made in `entry.state`, or what the run refuses."""
        if isinstance(decision, Refusal):
            self.refused.append(decision)
            self.touch(entry)
            return
        event, commands = decision
        identity = event.identity
        self.rows.append(
            TransitionRow(
                identity[0],
                entry.state.seq,
                self.at,
                identity[2],
                wire.dump(event).decode(),
                dump_commands(commands) if commands else "[]",
            )
        )
        self.causes.append(identity)
        if event.answer is not None and event.is_answered_when_taken:
            self.answered.append(event)
        self.touched[identity[0]] = entry
        if commands:
            self.outcomes.append((entry, commands))
            if entry.state.successor is not None:
                self.successors[identity[0]] = start_successor(entry.executable, entry.state, self.at)

    def only(self, run_ids: Collection[UUID]) -> Transitions:
        """The part that is about these runs."""
        part = Transitions(self.at)
        part.rows = [row for row in self.rows if row.run_id in run_ids]
        part.outcomes = [each for each in self.outcomes if each[0].header.run_id in run_ids]
        part.touched = {run_id: entry for run_id, entry in self.touched.items() if run_id in run_ids}
        part.refused = [each for each in self.refused if each.event.run_id in run_ids]
        part.answered = [event for event in self.answered if event.run_id in run_ids]
        part.successors = {run_id: each for run_id, each in self.successors.items() if run_id in run_ids}
        part.causes = [cause for cause in self.causes if cause[0] in run_ids]
        part.unwanted = self.unwanted  # of whatever run: it is known which of them are in doubt when it is told
        return part

    @property
    def only_refused(self) -> set[UUID]:
        """The runs of which there is nothing but refusals: no commit tells that another coordinator was first."""
        refused = {each.event.run_id for each in self.refused}
        return refused.difference(row.run_id for row in self.rows) if refused else refused

    def touch(self, entry: RunEntry) -> None:
        """Note an entry that was asked something or changed without a transition: a heartbeat moved a lease's end."""
        self.touched[entry.header.run_id] = entry

    def note_work(self, event: RunEvent, *, is_wanted: bool) -> None:
        """Note what an event that changed nothing says about a worker: it has to be told, where it works in vain."""
        if isinstance(event, AttemptEvent) and event.is_at_work and not is_wanted:
            self.unwanted.append((event.run_id, (event.invocation, event.attempt)))

    def updates(self) -> list[RunUpdate]:
        """Changes of runs: of those that end, are paused or resumed now, have other attributes, or whose earliest
        wake-up has to be stored."""
        updates = []
        self._stored, self._stored_attributes = [], []
        for run_id, entry in self.touched.items():
            state = entry.state
            if state.attributes is not entry.stored_attributes:
                updates.append(RunUpdate(run_id, attributes=_changed(entry)))
                self._stored_attributes.append((entry, state.attributes))
            if run_id in self.successors:
                successor = self.successors[run_id].state
                if successor.attributes:
                    updates.append(RunUpdate(successor.run_id, attributes=set_attributes(successor.attributes)))
                continue
            if state.status is not RunStatus.RUNNING:
                updates.append(RunUpdate(run_id, set_wake_at=True, set_paused_at=True, finish=self._finish(state)))
                continue
            wake_at, paused_at = state.wake_at, state.paused_at
            if paused_at != entry.stored_paused_at:
                updates.append(
                    RunUpdate(run_id, set_wake_at=True, wake_at=wake_at, set_paused_at=True, paused_at=paused_at)
                )
                self._stored.append((entry, wake_at, paused_at))
            elif wake_at != entry.stored_wake_at and entry.has_to_store(wake_at, self.at):
                updates.append(RunUpdate(run_id, set_wake_at=True, wake_at=wake_at))
                self._stored.append((entry, wake_at, paused_at))
        return updates

    def snapshots(self) -> list[SnapshotRow]:
        """Snapshots of open runs whose history has doubled since the last one: linear in all, and replay is short."""
        taken = []
        for run_id, entry in self.touched.items():
            if not entry.wants_snapshot:
                continue
            try:
                taken.append(SnapshotRow(run_id, entry.state.seq, dump_snapshot(entry.executable, entry.state)))
            except Exception:  # a run without a snapshot is only slower to load
                log.exception("cannot take a snapshot", run_id=str(run_id), seq=entry.state.seq)
        return taken

    def committed(self) -> None:
        """Note in the entries what the store has now."""
        for entry, wake_at, paused_at in self._stored:
            entry.stored_wake_at, entry.stored_paused_at = wake_at, paused_at
        for entry, attributes in self._stored_attributes:
            entry.stored_attributes = attributes
        for entry in self.touched.values():
            if entry.wants_snapshot:
                entry.next_snapshot = entry.state.seq * 2

    def continuations(self) -> list[Continuation]:
        """What makes the successors, and ends the runs before them."""
        return [
            Continuation(
                run_id,
                to_json(event.input).decode(),
                TransitionRow(state.run_id, 1, self.at, 0, wire.dump(event).decode(), dump_commands(commands)),
                wake_at=state.wake_at,
                finish=None if state.status is RunStatus.RUNNING else self._finish(state),
            )
            for run_id, (event, state, commands) in self.successors.items()
        ]

    def _finish(self, state: RunState) -> RunFinish:
        completed = state.status is RunStatus.COMPLETED
        return RunFinish(
            state.status,
            to_json(state.result).decode() if completed else None,
            None if completed else to_json(state.error).decode(),
            self.at,
        )


def _changed(entry: RunEntry) -> dict[str, AttributeValue | None]:
    """The attributes that the store has not got so."""
    return changed_attributes(entry.stored_attributes, entry.state.attributes)
