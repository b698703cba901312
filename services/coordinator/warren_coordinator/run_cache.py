"""Open runs in memory, the least recently used ones forgotten first. Forgetting loses nothing: the store has it all."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from warren.contracts.messages import ContinuationDue, RunEvent, RunStatus
from warren.engine import Decision, Executable, Refusal, RunState, apply, must_begin
from warren.ports import LoadedRun
from warren.runs.outbox import RunHeader

FIRST_SNAPSHOT: Final = 2_048
"""A run gets a snapshot when it has this many transitions, and whenever their number has doubled since."""
_WORTH: Final = 8
"""A snapshot must spare so many transitions for each thing that is pending, which costs time to write and to read."""
_FINISHED_KEPT: Final = 20_000
_AHEAD: Final = timedelta(seconds=15)
"""So long before a lease's stored end the end that heartbeats have moved it to is stored."""


class RunEntry:
    """One open run. `stored_wake_at`, `stored_paused_at` and `stored_attributes` are what the store has, `cost` what
    the cache has counted for it."""

    __slots__ = (
        "cost",
        "executable",
        "header",
        "next_snapshot",
        "state",
        "stored_attributes",
        "stored_paused_at",
        "stored_wake_at",
    )

    def __init__(
        self,
        executable: Executable,
        state: RunState,
        header: RunHeader,
        *,
        stored_wake_at: datetime | None,
        stored_paused_at: datetime | None = None,
        snapshot_seq: int = 0,
    ) -> None:
        self.executable = executable
        self.state = state
        self.header = header
        self.stored_wake_at = stored_wake_at
        self.stored_attributes = state.attributes  # a change makes another dict of it
        self.stored_paused_at = stored_paused_at
        self.next_snapshot = max(FIRST_SNAPSHOT, snapshot_seq * 2)
        self.cost = 0

    @classmethod
    def of(cls, loaded: LoadedRun, executable: Executable, state: RunState) -> RunEntry:
        """The entry of a run that was loaded and replayed."""
        run = loaded.run
        return cls(
            executable,
            state,
            RunHeader.of(run),
            stored_wake_at=run.wake_at,
            stored_paused_at=run.paused_at,
            snapshot_seq=loaded.snapshot.seq if loaded.snapshot else 0,
        )

    def apply(self, event: RunEvent, at: datetime, *, max_losses: int) -> Decision | Refusal | None:
        """The transition that an event makes of the run, or why the run refuses it; None when it changes nothing.

        Raises what the engine does.
        """
        return apply(self.executable, self.state, event, at, max_losses=max_losses)

    def begin_before(self, event: RunEvent, at: datetime, *, max_losses: int) -> Decision | None:
        """The transition in which the run's code begins, where that comes before this event; raises as `apply`.

        The message that asks for it is on its way, and changes nothing then.
        """
        if self.state.seq != 1 or not must_begin(self.executable, self.state, event):
            return None
        due = ContinuationDue(run_id=event.run_id, number=self.state.continues)
        decision = self.apply(due, at, max_losses=max_losses)
        assert isinstance(decision, Decision)
        return decision

    def begin_and_apply(self, event: RunEvent, at: datetime, *, max_losses: int) -> None:
        """Both, to see whether that goes well."""
        self.begin_before(event, at, max_losses=max_losses)
        self.apply(event, at, max_losses=max_losses)

    @property
    def wants_snapshot(self) -> bool:
        """Whether it is time for a snapshot, and one is worth it: a wide gather is replayed faster than restored."""
        state = self.state
        if state.seq < self.next_snapshot or state.status is not RunStatus.RUNNING:
            return False
        return state.seq >= _WORTH * (len(state.pending) + len(state.children) + len(state.timers))

    def has_to_store(self, wake_at: datetime | None, now: datetime) -> bool:
        """Whether the store must learn of `wake_at`. Heartbeats keep moving it; too early a time does no harm."""
        stored = self.stored_wake_at
        if wake_at == stored:
            return False
        is_early = stored is not None and wake_at is not None and now + _AHEAD < stored < wake_at
        return not (is_early and self.state.leases.held)


class RunCache:
    """Entries by run id, bounded by number and by rough size in bytes; and which runs have ended lately."""

    def __init__(self, *, runs: int, size: int) -> None:
        self._runs = runs
        self._size = size
        self._used = 0
        self._entries: OrderedDict[UUID, RunEntry] = OrderedDict()
        self._finished: OrderedDict[UUID, None] = OrderedDict()
        self._continued: set[UUID] = set()
        self._leased: set[UUID] = set()
        self._is_held = False
        self._unwanted: set[UUID] = set()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, run_id: UUID) -> RunEntry | None:
        """The entry of an open run, if it is here."""
        return self._entries.get(run_id)

    def put(self, entry: RunEntry) -> None:
        """Take in a run that was loaded."""
        self.forget(entry.header.run_id)
        self._entries[entry.header.run_id] = entry
        self.touched(entry)

    def touched(self, entry: RunEntry) -> None:
        """The entry was used: it is the last to go now, and its size has changed."""
        self._entries.move_to_end(entry.header.run_id)
        cost = entry.state.cost
        self._used += cost - entry.cost
        entry.cost = cost
        if entry.state.leases.held:
            self._leased.add(entry.header.run_id)

    def leased(self) -> list[RunEntry]:
        """Entries with leases."""
        found = [entry for run_id in self._leased if (entry := self._entries.get(run_id)) and entry.state.leases.held]
        self._leased = {entry.header.run_id for entry in found}
        return found

    def forget(self, run_id: UUID) -> None:
        """Drop what is known; the next event has the run loaded again."""
        entry = self._entries.pop(run_id, None)
        if entry is not None:
            self._used -= entry.cost
        self._finished.pop(run_id, None)
        self._continued.discard(run_id)

    @contextmanager
    def held(self) -> Iterator[None]:
        """While a batch is applied: what it has found or put here stays, unless it forgets it itself."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
            self.forget_soon(self._unwanted)
            self._unwanted.clear()

    def forget_soon(self, run_ids: Iterable[UUID]) -> None:
        """Forget runs when no batch is being applied: what anyone but the handler of events must use."""
        if self._is_held:
            self._unwanted.update(run_ids)
            return
        for run_id in run_ids:
            self.forget(run_id)

    def forget_shards(self, shards: Collection[int]) -> None:
        """Forget all runs of shards that others have now."""
        self.forget_soon([run_id for run_id, entry in self._entries.items() if entry.header.shard in shards])

    def finish(self, run_id: UUID, *, is_continued: bool = False) -> None:
        """The run has ended, and that is all that need be known of it; and whether another one goes on in its place."""
        self.forget(run_id)
        self._finished[run_id] = None
        if is_continued:
            self._continued.add(run_id)
        if len(self._finished) > _FINISHED_KEPT:
            self._continued.discard(self._finished.popitem(last=False)[0])

    def is_finished(self, run_id: UUID) -> bool:
        """Whether the run is known to have ended (false may also mean that this was forgotten)."""
        return run_id in self._finished

    @property
    def knows_chains(self) -> bool:
        """Whether any run is known as one that has continued as new."""
        return bool(self._continued)

    def is_continued(self, run_id: UUID) -> bool:
        """Whether the run is known to have continued as new (false as for `is_finished`)."""
        return run_id in self._continued

    def shrink(self) -> None:
        """Evict until the bounds hold again; one run always stays."""
        while len(self._entries) > 1 and (len(self._entries) > self._runs or self._used > self._size):
            _, entry = self._entries.popitem(last=False)
            self._used -= entry.cost
