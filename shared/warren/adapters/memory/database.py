"""`MemoryDatabase`: what the memory stores of one simulated server share, and how a simulator makes it fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from warren.errors import StoreUnavailable, WarrenError
from warren.ports.quarantined import QuarantinedMessage
from warren.ports.store import ProgramRecord, RunDetails, SnapshotRow, StoredRun, TransitionRow


@dataclass(frozen=True, slots=True)
class _Fault:
    error: WarrenError
    operation: str | None
    after: bool


@dataclass(slots=True)
class MemoryDatabase:
    """What the stores of one simulated server share.

    While `is_away` every operation raises `StoreUnavailable`. `before` is called with an operation's name before it
    starts; a simulator may count, or set a fault, there.
    """

    is_away: bool = False
    before: Callable[[str], None] | None = None
    programs: dict[str, ProgramRecord] = field(default_factory=dict)  # the latest registration last
    runs: dict[UUID, StoredRun] = field(default_factory=dict)
    keys: dict[tuple[str, str], UUID] = field(default_factory=dict)
    open_runs: set[UUID] = field(default_factory=set)
    histories: dict[UUID, dict[int, TransitionRow]] = field(default_factory=dict)
    invocations: dict[tuple[UUID, int], list[int]] = field(default_factory=dict)  # the seqs of an invocation
    snapshots: dict[UUID, SnapshotRow] = field(default_factory=dict)
    details: dict[UUID, RunDetails] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    quarantine: dict[UUID, QuarantinedMessage] = field(default_factory=dict)
    _faults: list[_Fault] = field(default_factory=list)

    def fail_next(
        self,
        error: WarrenError | None = None,
        *,
        operation: str | None = None,
        after: bool = False,
        times: int = 1,
    ) -> None:
        """Make the next operation (of this method name, if one is given) raise `error`, `StoreUnavailable` by default.

        With `after` the operation is applied first: a commit whose acknowledgement is lost.
        """
        fault = _Fault(error or StoreUnavailable("the memory store was set to fail"), operation, after)
        self._faults.extend([fault] * times)

    @contextmanager
    def operation(self, name: str) -> Iterator[None]:
        """Surround one operation with what a simulator asked for."""
        if self.before is not None:
            self.before(name)
        if self.is_away:
            raise StoreUnavailable("the memory store is away")
        fault = next((fault for fault in self._faults if fault.operation in (None, name)), None)
        if fault is not None:
            self._faults.remove(fault)
            if not fault.after:
                raise fault.error
        yield
        if fault is not None:
            raise fault.error
