"""`MemoryRunStore`: the port in this process's memory, for tests, simulations and `warren run`. Keeps nothing on disk.

Several stores may share one `MemoryDatabase`, as processes share a server. Nothing here is random, looks at a clock or
depends on hash order. A simulator makes the database fail through `MemoryDatabase.is_away` and `.fail_next`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from warren.adapters.memory.database import MemoryDatabase
from warren.adapters.memory.records import new_row, refuse_unstorable, row_of_successor
from warren.adapters.memory.searching import matches
from warren.contracts.messages import RunStatus
from warren.errors import SequenceConflict, StoreUnavailable
from warren.ports.quarantined import QuarantinedMessage
from warren.ports.store import (
    Continuation,
    CreateOutcome,
    LoadedRun,
    NewRun,
    ProgramRecord,
    ReplyAddress,
    RunDetails,
    RunFilter,
    RunStore,
    RunUpdate,
    SnapshotRow,
    StoredRun,
    TransitionRow,
)
from warren.ports.swept import DueRun, IdleRun


class MemoryRunStore(RunStore):
    """A `RunStore` over a `MemoryDatabase` of its own, or over one that it shares. There is nothing to migrate."""

    def __init__(self, database: MemoryDatabase | None = None) -> None:
        self.database = database or MemoryDatabase()
        self._is_connected = False
        self._is_reachable = False

    @property
    def is_ready(self) -> bool:
        return self._is_connected and self._is_reachable

    async def connect(self) -> None:
        self._is_connected = True
        try:
            async with self._operation("connect"):
                pass
        except BaseException:
            self._is_connected = False
            raise

    async def close(self) -> None:
        self._is_connected = False

    async def migrate(self) -> list[str]:
        with self.database.operation("migrate"):
            return []

    async def maintain(self) -> None:
        async with self._operation("maintain"):
            pass

    # programs

    async def save_program(self, record: ProgramRecord) -> None:
        async with self._operation("save_program", record):
            known = self.database.programs.pop(record.version, record)
            self.database.programs[record.version] = replace(known, registered_at=record.registered_at)

    async def load_program(self, version: str) -> ProgramRecord | None:
        async with self._operation("load_program", version):
            return self.database.programs.get(version)

    async def latest_program(self, workflow: str) -> ProgramRecord | None:
        async with self._operation("latest_program", workflow):
            return self._latest_programs().get(workflow)

    async def list_programs(self) -> list[ProgramRecord]:
        async with self._operation("list_programs"):
            return [program for _, program in sorted(self._latest_programs().items())]

    def _latest_programs(self) -> dict[str, ProgramRecord]:
        return {program.workflow: program for program in self.database.programs.values()}

    # runs

    async def create_runs(self, runs: Sequence[NewRun]) -> list[CreateOutcome]:
        async with self._operation("create_runs", *runs, *(run.first for run in runs)):
            return [self._create(run) for run in runs]

    def _create(self, run: NewRun) -> CreateOutcome:
        database = self.database
        known = database.runs.get(run.run_id)
        if known is not None:
            if known.workflow != run.workflow:
                return CreateOutcome(run.run_id, created=False, taken_by=known.workflow)
            if run.reply_to is not None:
                reply = ReplyAddress(run.reply_to, run.correlation_id)
                database.runs[run.run_id] = replace(known, reply=reply)
            return CreateOutcome(run.run_id, created=False)
        if run.key is not None:
            owner = database.keys.setdefault((run.workflow, run.key), run.run_id)
            if owner != run.run_id:
                return CreateOutcome(owner, created=False)
        database.runs[run.run_id] = new_row(run)
        if run.finish is None:
            database.open_runs.add(run.run_id)
        self._append(run.first)
        if run.attributes or run.memo is not None:
            database.details[run.run_id] = RunDetails(dict(run.attributes), run.memo)
        return CreateOutcome(run.run_id, created=True)

    async def load_runs(self, run_ids: Sequence[UUID]) -> dict[UUID, LoadedRun]:
        async with self._operation("load_runs"):
            return {run_id: self._load(run_id) for run_id in run_ids if run_id in self.database.runs}

    def _load(self, run_id: UUID) -> LoadedRun:
        snapshot = self.database.snapshots.get(run_id)
        return LoadedRun(
            run=self.database.runs[run_id],
            snapshot=snapshot,
            transitions=self._read(run_id, after_seq=snapshot.seq if snapshot else 0),
        )

    async def commit(
        self,
        transitions: Sequence[TransitionRow],
        updates: Sequence[RunUpdate] = (),
        snapshots: Sequence[SnapshotRow] = (),
    ) -> dict[UUID, StoredRun]:
        finishes = [update.finish for update in updates if update.finish is not None]
        async with self._operation("commit", *transitions, *finishes, *snapshots):
            self._refuse_taken(transitions)
            for row in transitions:
                self._append(row)
            for update in updates:
                self._update(update)
            for snapshot in snapshots:
                self._save_snapshot(snapshot)
            finished = [update.run_id for update in updates if update.finish is not None]
            return {run_id: self.database.runs[run_id] for run_id in finished if run_id in self.database.runs}

    async def continue_runs(
        self,
        transitions: Sequence[TransitionRow],
        continuations: Sequence[Continuation],
        updates: Sequence[RunUpdate] = (),
    ) -> dict[UUID, StoredRun]:
        firsts = [each.first for each in continuations]
        async with self._operation("continue_runs", *transitions, *continuations, *firsts):
            self._refuse_taken([*transitions, *firsts])
            for row in transitions:
                self._append(row)
            ended: dict[UUID, StoredRun] = {}
            for each in continuations:
                ended |= self._continue(each)
            for update in updates:
                if update.attributes:
                    self._set_attributes(update)
            return ended

    def _continue(self, continuation: Continuation) -> dict[UUID, StoredRun]:
        database, run_id = self.database, continuation.first.run_id
        before = database.runs[continuation.run_id]
        ended = replace(
            before,
            status=RunStatus.CONTINUED,
            finished_at=continuation.first.at,
            wake_at=None,
            paused_at=None,
            key=None,
            continued_as=run_id,
        )
        database.runs[ended.run_id] = ended
        database.open_runs.discard(ended.run_id)
        made = database.runs[run_id] = row_of_successor(before, continuation)
        if made.key is not None:
            database.keys[made.workflow, made.key] = run_id
        self._append(continuation.first)
        if (details := database.details.get(ended.run_id)) is not None and details.memo is not None:
            database.details[run_id] = RunDetails(memo=details.memo)
        if continuation.finish is None:
            database.open_runs.add(run_id)
            return {ended.run_id: ended}
        return {ended.run_id: ended, run_id: made}

    def _refuse_taken(self, transitions: Sequence[TransitionRow]) -> None:
        places = [(row.run_id, row.seq) for row in transitions]
        taken = {run_id for run_id, seq in places if seq in self.database.histories.get(run_id, {})}
        if not taken and len(set(places)) < len(places):  # two equal ones in this very batch
            taken = {run_id for run_id, _ in places}
        if taken:
            run_ids = sorted(taken)
            message = f"sequence conflict: another coordinator was first for {', '.join(map(str, run_ids))}"
            raise SequenceConflict(message, run_ids=run_ids)

    def _append(self, row: TransitionRow) -> None:
        self.database.histories.setdefault(row.run_id, {})[row.seq] = row
        self.database.invocations.setdefault((row.run_id, row.invocation), []).append(row.seq)

    def _update(self, update: RunUpdate) -> None:
        run = self.database.runs.get(update.run_id)
        if run is None:
            return
        if update.attributes:
            self._set_attributes(update)
        if update.set_wake_at:
            run = replace(run, wake_at=update.wake_at)
        if update.set_paused_at:
            run = replace(run, paused_at=update.paused_at)
        if update.finish is not None:
            end = update.finish
            run = replace(run, status=end.status, result=end.result, error=end.error, finished_at=end.at)
            self.database.open_runs.discard(update.run_id)
        self.database.runs[update.run_id] = run

    def _set_attributes(self, update: RunUpdate) -> None:
        known = self.database.details.get(update.run_id, RunDetails())
        merged = {**known.attributes, **update.attributes}
        attributes = {name: value for name, value in merged.items() if value is not None}
        self.database.details[update.run_id] = replace(known, attributes=attributes)

    def _save_snapshot(self, snapshot: SnapshotRow) -> None:
        stored = self.database.snapshots.get(snapshot.run_id)
        if snapshot.run_id in self.database.runs and (stored is None or stored.seq <= snapshot.seq):
            self.database.snapshots[snapshot.run_id] = snapshot

    def _read(self, run_id: UUID, *, after_seq: int) -> list[TransitionRow]:
        return [row for seq, row in sorted(self.database.histories.get(run_id, {}).items()) if seq > after_seq]

    async def find_transitions(self, run_id: UUID, invocation: int) -> list[TransitionRow]:
        async with self._operation("find_transitions"):
            seqs = self.database.invocations.get((run_id, invocation), ())
            return [self.database.histories[run_id][seq] for seq in sorted(seqs)]

    async def find_in_chain(self, run_id: UUID, invocation: int, *, whole: bool) -> list[TransitionRow]:
        async with self._operation("find_in_chain"):
            chain = self._chain(run_id, whole=whole)
            places = [(each, seq) for each in chain for seq in self.database.invocations.get((each, invocation), ())]
            return [self.database.histories[each][seq] for each, seq in places]

    def _chain(self, run_id: UUID | None, *, whole: bool) -> list[UUID]:
        """The runs of a chain, in order."""
        runs = self.database.runs
        while whole and run_id in runs and runs[run_id].continued_from is not None:
            run_id = runs[run_id].continued_from
        chain = []
        while run_id in runs:
            chain.append(run_id)
            run_id = runs[run_id].continued_as
        return chain

    async def last_of_chains(self, run_ids: Sequence[UUID]) -> dict[UUID, StoredRun]:
        async with self._operation("last_of_chains"):
            chains = {run_id: self._chain(run_id, whole=False) for run_id in run_ids}
            return {run_id: self.database.runs[chain[-1]] for run_id, chain in chains.items() if chain}

    async def due_runs(self, *, before: datetime, limit: int) -> list[DueRun]:
        async with self._operation("due_runs"):
            runs = [self.database.runs[run_id] for run_id in self.database.open_runs]
            due = [
                DueRun(run.run_id, run.shard, run.wake_at)
                for run in runs
                if run.wake_at is not None and run.wake_at <= before
            ]
            return sorted(due, key=lambda run: (run.wake_at, run.run_id))[:limit]

    async def open_run_ids(self, *, after: UUID | None, limit: int) -> list[UUID]:
        async with self._operation("open_run_ids"):
            return sorted(run_id for run_id in self.database.open_runs if after is None or run_id > after)[:limit]

    async def idle_runs(
        self, *, since: datetime | None, before: datetime, is_timed: bool, after: UUID | None, limit: int
    ) -> list[IdleRun]:
        async with self._operation("idle_runs"):
            found = []
            for run_id in sorted(self.database.open_runs):
                if (after is not None and run_id <= after) or (
                    (self.database.runs[run_id].wake_at is not None) is not is_timed
                ):
                    continue
                last = max(self.database.histories[run_id].values(), key=lambda row: row.seq)
                if last.at < before and (since is None or last.at >= since):
                    found.append(IdleRun(run_id, last.seq))
            return found[:limit]

    async def running_among(self, run_ids: Sequence[UUID]) -> set[UUID]:
        async with self._operation("running_among"):
            return {run_id for run_id in run_ids if run_id in self.database.open_runs}

    async def get_run(self, run_id: UUID) -> StoredRun | None:
        async with self._operation("get_run"):
            return self.database.runs.get(run_id)

    async def get_runs(self, run_ids: Sequence[UUID]) -> dict[UUID, StoredRun]:
        async with self._operation("get_runs"):
            return {run_id: self.database.runs[run_id] for run_id in run_ids if run_id in self.database.runs}

    async def find_run(self, workflow: str, key: str) -> StoredRun | None:
        async with self._operation("find_run", workflow, key):
            run_id = self.database.keys.get((workflow, key))
            return None if run_id is None else self.database.runs[run_id]

    async def list_runs(self, filter: RunFilter) -> list[StoredRun]:  # noqa: A002 - the port's word for it
        async with self._operation("list_runs", filter):
            details = self.database.details
            found = [
                run
                for run in self.database.runs.values()
                if matches(filter, run, details.get(run.run_id, RunDetails()))
            ]
            return sorted(found, key=lambda run: run.place, reverse=True)[: filter.limit]

    async def run_details(self, run_ids: Sequence[UUID]) -> dict[UUID, RunDetails]:
        async with self._operation("run_details"):
            return {run_id: self.database.details[run_id] for run_id in run_ids if run_id in self.database.details}

    async def history(self, run_id: UUID, *, after_seq: int = 0, limit: int = 1000) -> list[TransitionRow]:
        async with self._operation("history"):
            return self._read(run_id, after_seq=after_seq)[:limit]

    # settings

    async def quarantine(self, messages: Sequence[QuarantinedMessage]) -> None:
        async with self._operation("quarantine"):
            for message in messages:
                known = self.database.quarantine.get(message.id, message)
                self.database.quarantine[message.id] = replace(message, since=known.since)

    async def quarantined(self, *, limit: int = 100) -> list[QuarantinedMessage]:
        async with self._operation("quarantined"):
            return self._by_next_try()[:limit]

    async def claim_quarantined(
        self, *, due_at: datetime, until: datetime, limit: int = 100
    ) -> list[QuarantinedMessage]:
        async with self._operation("claim_quarantined"):
            due = [each for each in self._by_next_try() if each.next_try_at <= due_at][:limit]
            claimed = [replace(each, next_try_at=until) for each in due]
            self.database.quarantine |= {each.id: each for each in claimed}
            return claimed

    def _by_next_try(self) -> list[QuarantinedMessage]:
        return sorted(self.database.quarantine.values(), key=lambda each: (each.next_try_at, each.id))

    async def release(self, messages: Sequence[QuarantinedMessage]) -> int:
        async with self._operation("release"):
            kept = self.database.quarantine
            found = {each.id for each in messages if each.id in kept and kept[each.id].tries == each.tries}
            for message_id in found:
                del kept[message_id]
            return len(found)

    async def quarantined_among(self, run_ids: Sequence[UUID]) -> set[UUID]:
        async with self._operation("quarantined_among"):
            return {each.run_id for each in self.database.quarantine.values() if each.run_id in set(run_ids)}

    async def get_setting(self, name: str) -> str | None:
        async with self._operation("get_setting", name):
            return self.database.settings.get(name)

    async def set_setting(self, name: str, value: str, *, expected: str | None) -> bool:
        async with self._operation("set_setting", name, value):
            if self.database.settings.get(name) != expected:
                return False
            self.database.settings[name] = value
            return True

    @asynccontextmanager
    async def _operation(self, name: str, *given: object) -> AsyncIterator[None]:
        """Surround one operation: let others run first, as a round trip would; check what was given; be faulty."""
        if not self._is_connected:
            raise StoreUnavailable("the memory store is not connected: connect() comes first, close() last")
        await asyncio.sleep(0)
        for item in given:
            refuse_unstorable(name, item)
        self._is_reachable = False
        with self.database.operation(name):
            self._is_reachable = True
            yield
