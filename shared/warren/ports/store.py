"""The store as the rest of Warren sees it. The docstrings are the contract; `tests/contract` tests every adapter.

Events, commands, snapshots, inputs and results are JSON text here: the store never looks inside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from warren.contracts.attributes import AttributeValue
from warren.contracts.conditions import Condition
from warren.contracts.messages import RunStatus
from warren.ports.quarantined import QuarantinedMessage
from warren.ports.swept import DueRun, IdleRun


@dataclass(frozen=True, slots=True)
class ProgramRecord:
    """A registered program: its IR as registered, and the graph it was lowered to, both JSON text."""

    version: str
    workflow: str
    ir: str
    program: str
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class TransitionRow:
    """One row of the history. `invocation` (or timer number; 0 for neither) lets a redelivered event be found again."""

    run_id: UUID
    seq: int
    at: datetime
    invocation: int
    event: str
    commands: str


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run to create, with its first transition (seq 1)."""

    run_id: UUID
    workflow: str
    version: str
    shard: int
    input: str
    first: TransitionRow
    key: str | None = None
    parent: str | None = None
    reply_to: str | None = None
    correlation_id: str | None = None
    trace: str | None = None
    wake_at: datetime | None = None
    finish: RunFinish | None = None
    """Set when the first transition already ended the run."""
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    """As of the end of the first transition."""
    memo: str | None = None
    """What is only shown, as JSON text."""


@dataclass(frozen=True, slots=True)
class RunFinish:
    """How a run ended; `result` or `error` as JSON text."""

    status: RunStatus
    result: str | None
    error: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class CreateOutcome:
    """What became of one `NewRun`: `run_id` is its own when `created` or when it existed; the key's owner otherwise.

    `taken_by` is set where a run of another workflow has the run id, and names that workflow.
    """

    run_id: UUID
    created: bool
    taken_by: str | None = None


@dataclass(frozen=True, slots=True)
class RunUpdate:
    """What a batch of transitions changes in a run's row. Only what is set is written.

    `wake_at` is written when `set_wake_at`, `paused_at` when `set_paused_at` (None clears them). `finish` ends the run.
    `attributes` are set; those that are None are removed.
    """

    run_id: UUID
    set_wake_at: bool = False
    wake_at: datetime | None = None
    set_paused_at: bool = False
    paused_at: datetime | None = None
    finish: RunFinish | None = None
    attributes: Mapping[str, AttributeValue | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunDetails:
    """What is kept of a run for people to find it by, and to be shown: `memo` is JSON text."""

    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    memo: str | None = None


@dataclass(frozen=True, slots=True)
class Continuation:
    """A run that has continued as new, and the run that goes on in its place, with its first transition (seq 1).

    The run ends when the other one begins. Workflow, version, shard, parent, trace and memo of that are those of the
    run, and the run's key and reply address become its.
    """

    run_id: UUID
    input: str
    first: TransitionRow
    wake_at: datetime | None = None
    finish: RunFinish | None = None
    """Set when the first transition already ended the successor."""


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """A run's state as of `seq`, JSON text; used instead of the transitions up to it."""

    run_id: UUID
    seq: int
    snapshot: str


@dataclass(frozen=True, slots=True)
class ReplyAddress:
    """Where a client waits for a run's end."""

    reply_to: str
    correlation_id: str | None


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run's row. `reply` is the latest address that a start with this run id named, `paused_at` since when the run
    stands still; `continued_from` and `continued_as` are the runs before and after it, where one continued as new."""

    run_id: UUID
    workflow: str
    version: str
    shard: int
    status: RunStatus
    input: str
    result: str | None
    error: str | None
    key: str | None
    parent: str | None
    trace: str | None
    wake_at: datetime | None
    reply: ReplyAddress | None
    created_at: datetime
    finished_at: datetime | None
    paused_at: datetime | None = None
    continued_from: UUID | None = None
    continued_as: UUID | None = None

    @property
    def place(self) -> RunPlace:
        """Where it stands in a list of runs."""
        return RunPlace(self.created_at, self.run_id)


@dataclass(frozen=True, slots=True)
class LoadedRun:
    """What is needed to continue a run: its row, the latest snapshot if any, and the transitions after it, in order."""

    run: StoredRun
    snapshot: SnapshotRow | None
    transitions: Sequence[TransitionRow]


@dataclass(frozen=True, slots=True, order=True)
class RunPlace:
    """A run's place in a list: by its creation, and by its id among those that were created at one moment.

    An id alone says little: a UUID of version 4 has no time in it, and the time in one of version 7 is its maker's.
    """

    created_at: datetime
    run_id: UUID


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs to list; newest first. `before` continues after the last one seen, which may be gone by now.

    `where` is a condition over attributes and what every run has (`contracts.conditions`).
    """

    workflow: str | None = None
    status: RunStatus | None = None
    where: Condition | None = None
    before: RunPlace | None = None
    limit: int = 50


class RunStore(Protocol):
    """Durable runs, histories and programs. Library exceptions never leave an adapter.

    Every method raises `StoreUnavailable` when the server stays away for longer than the adapter's limit
    (services wait indefinitely, commands of people a few seconds). Every writing method is one transaction, all or
    nothing, unless it says otherwise.
    """

    @property
    def is_ready(self) -> bool:
        """Whether the last operation reached the server."""
        ...

    async def connect(self) -> None:
        """Connect and check that the tables are those of this version. Raises `StoreError` naming `warren migrate`."""
        ...

    async def close(self) -> None:
        """Disconnect. Idempotent."""
        ...

    async def migrate(self) -> list[str]:
        """Create or upgrade the tables; returns the names of the migrations applied now. Idempotent; two at once are
        safe. Works before `connect`."""
        ...

    # programs

    async def save_program(self, record: ProgramRecord) -> None:
        """Keep a program and make it the latest of its workflow. One with the same version is only touched."""
        ...

    async def load_program(self, version: str) -> ProgramRecord | None:
        """The program with this content hash."""
        ...

    async def latest_program(self, workflow: str) -> ProgramRecord | None:
        """The program of this workflow that was registered (or registered again) last."""
        ...

    async def list_programs(self) -> list[ProgramRecord]:
        """The latest program of every workflow, by workflow name."""
        ...

    # runs

    async def create_runs(self, runs: Sequence[NewRun]) -> list[CreateOutcome]:
        """Create runs with their first transitions; outcomes in the order given.

        A run id that exists, or a key that the workflow has used, creates nothing (the run id is looked at first).
        Where the run id exists a `reply_to` given now replaces the stored one, unless the run is of another workflow:
        then nothing is changed. The first of two equal ones in one call wins.

        Raises:
            InvalidInput: a text cannot be stored (a NUL or a lone surrogate); names the field. True of every method.
        """
        ...

    async def load_runs(self, run_ids: Sequence[UUID]) -> dict[UUID, LoadedRun]:
        """Load runs to continue them; unknown ids are missing from the result."""
        ...

    async def commit(
        self,
        transitions: Sequence[TransitionRow],
        updates: Sequence[RunUpdate] = (),
        snapshots: Sequence[SnapshotRow] = (),
    ) -> dict[UUID, StoredRun]:
        """Append transitions and apply updates; returns the rows of the runs that `updates` finished.

        A snapshot older than the stored one is ignored. Of several updates of one run the later ones win.

        Raises:
            SequenceConflict: some `(run_id, seq)` is taken; nothing was written.
        """
        ...

    async def continue_runs(
        self,
        transitions: Sequence[TransitionRow],
        continuations: Sequence[Continuation],
        updates: Sequence[RunUpdate] = (),
    ) -> dict[UUID, StoredRun]:
        """Append transitions, end runs as continued and create their successors, in one transaction; returns the rows
        of the runs that have ended now, successors among them. Of `updates` the attributes alone are taken.

        Raises:
            SequenceConflict: some `(run_id, seq)` is taken; nothing was written.
        """
        ...

    async def find_transitions(self, run_id: UUID, invocation: int) -> list[TransitionRow]:
        """The transitions of one invocation (or timer) of a run, in order."""
        ...

    async def find_in_chain(self, run_id: UUID, invocation: int, *, whole: bool) -> list[TransitionRow]:
        """The same of the run and of all that go on in its place; with `whole` of those before it, too."""
        ...

    async def last_of_chains(self, run_ids: Sequence[UUID]) -> dict[UUID, StoredRun]:
        """The rows of the last runs that go on in the place of these, or of themselves; unknown ids are missing."""
        ...

    async def due_runs(self, *, before: datetime, limit: int) -> list[DueRun]:
        """Running runs with `wake_at` at or before `before`, earliest first."""
        ...

    async def open_run_ids(self, *, after: UUID | None, limit: int) -> list[UUID]:
        """Ids of running runs greater than `after`, in order: pages for recovery."""
        ...

    async def idle_runs(
        self, *, since: datetime | None, before: datetime, is_timed: bool, after: UUID | None, limit: int
    ) -> list[IdleRun]:
        """Running runs whose last transition is older than `before`, but not older than `since`: those with a
        `wake_at` (`is_timed`), or those without. In pages: ids greater than `after`, in order."""
        ...

    async def running_among(self, run_ids: Sequence[UUID]) -> set[UUID]:
        """Which of these exist and are running."""
        ...

    async def get_run(self, run_id: UUID) -> StoredRun | None:
        """One run's row."""
        ...

    async def get_runs(self, run_ids: Sequence[UUID]) -> dict[UUID, StoredRun]:
        """The rows of those of these runs that exist."""
        ...

    async def find_run(self, workflow: str, key: str) -> StoredRun | None:
        """The run of a workflow that was started with this key."""
        ...

    async def list_runs(self, filter: RunFilter) -> list[StoredRun]:  # noqa: A002 - the field's word for it
        """Rows, newest first: by creation, then by run id (`RunPlace`). Pages neither repeat nor leave out what was
        there all the time."""
        ...

    async def run_details(self, run_ids: Sequence[UUID]) -> dict[UUID, RunDetails]:
        """The attributes and memos of those of these runs that have any."""
        ...

    async def history(self, run_id: UUID, *, after_seq: int = 0, limit: int = 1000) -> list[TransitionRow]:
        """Transitions with `seq > after_seq`, in order."""
        ...

    # quarantine

    async def quarantine(self, messages: Sequence[QuarantinedMessage]) -> None:
        """Keep messages; one that is kept already gets the new reason, time and number of tries."""
        ...

    async def quarantined(self, *, limit: int = 100) -> list[QuarantinedMessage]:
        """Kept messages, those that are to be tried first before the others."""
        ...

    async def claim_quarantined(
        self, *, due_at: datetime, until: datetime, limit: int = 100
    ) -> list[QuarantinedMessage]:
        """Kept messages that are due at `due_at`, for the caller alone: for others they are due at `until` again."""
        ...

    async def release(self, messages: Sequence[QuarantinedMessage]) -> int:
        """Forget kept messages, but those that have come back meanwhile, with more tries; returns how many it were."""
        ...

    async def quarantined_among(self, run_ids: Sequence[UUID]) -> set[UUID]:
        """Which of these runs have a message in the quarantine."""
        ...

    # settings and upkeep

    async def get_setting(self, name: str) -> str | None:
        """A value that all processes share (`contracts.names`); None before the first `set_setting`."""
        ...

    async def set_setting(self, name: str, value: str, *, expected: str | None) -> bool:
        """Compare and set: write `value` if the setting still is `expected` (None: not set yet); false if it is not."""
        ...

    async def maintain(self) -> None:
        """Cheap upkeep that somebody has to do once a month at the latest (`migrate` does it too). Idempotent; two at
        once are safe."""
        ...
