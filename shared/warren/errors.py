"""Every exception that Warren raises, in one tree; the branch says whose fault it is and so what to do about it.

WarrenError
├── UserError                        the user's code or input: tell the user
│   ├── UnsupportedPatternError      a workflow cannot be compiled (raised at import)
│   ├── InvalidInput                 a start, a value or an argument is wrong
│   │   ├── UnknownWorkflow
│   │   ├── RunIdTaken
│   │   ├── RunKeyTaken
│   │   ├── RegistrationRefused
│   │   └── UnserializableValue
│   │       └── ValueTooLarge     it has more bytes than one message may carry
│   ├── WorkflowFailedError          the run that was waited for ended with an exception
│   │   ├── WorkflowCancelledError
│   │   └── ChildTimeout             (also a TimeoutError)
│   ├── RunNotFound
│   ├── QueryFailed                  the workflow's own query raised
│   ├── UpdateFailed                 the workflow's own update raised
│   ├── UpdateRefused                the update's validator raised: nothing was changed
│   ├── RunEnded                     a request came after the run's end
│   ├── ActionNotOpen                a task token of an attempt that nobody waits for any more
│   ├── ExhaustedRetriesError        (alias ExhaustedRetries)
│   ├── SchedulingUnavailable        (also a NotImplementedError)
│   └── ScheduleAlreadyExistsError
├── ActionError                      what a workflow's `except` sees when no user code raised
│   ├── ActionTimeout                (also a TimeoutError)
│   ├── ActionNotRegistered
│   └── WorkerLost
├── LimitExceeded                    the run asked for more than a limit allows: fails the run
├── RunTerminated                    somebody ended the run from outside: fails the run
├── NotSupportedInWorkflow           the run reached what a workflow does not have: fails the run
├── MessageError                     a peer's message cannot be used: park it
│   └── UnsupportedVersion           it is of another major version than this Warren reads
├── InfrastructureError              a server is away or refused: retry it
│   ├── BrokerError
│   │   ├── BrokerUnavailable
│   │   ├── MessageRefused       the broker takes other messages, but not these
│   │   └── UnroutableMessage
│   └── StoreError
│       ├── StoreUnavailable
│       └── SequenceConflict         another coordinator was first: forget, reload, apply again
├── SnapshotUnreadable               a stored snapshot is of another format: load the run from its history
└── InternalError                    a rule of the engine is broken: ours, crash loudly

Apart from it, a `BaseException`: `ContinuesAsNew`, by which `continue_as_new()` leaves `run()`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID

from warren.refusal_codes import RefusalCode as RefusalCode

_REASONS_LIMIT: Final = 2_000
"""Characters of what a broker says in an error's text."""
_ROUTES_SHOWN: Final = 5


class WarrenError(Exception):
    """Base of everything that Warren raises on purpose."""


class UserError(WarrenError):
    """The user's code or input is wrong."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One refusal of the compiler: what is wrong at which place, and what to write instead.

    `line` and `column` count from 1; `source` is the offending source line without its newline.
    """

    message: str
    recommendation: str
    line: int | None = None
    column: int | None = None
    filename: str | None = None
    source: str | None = None
    end_column: int | None = None
    code: RefusalCode = RefusalCode.UNSUPPORTED

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.filename, self.line, self.column) if part is not None)
        parts = [f"{place}: {self.message}" if place else self.message]
        if self.source is not None:
            parts.append(f"    {self.source}")
            if self.column is not None:
                width = max((self.end_column or self.column + 1) - self.column, 1)
                parts.append("    " + " " * (self.column - 1) + "^" * width)
        if self.recommendation:
            parts.append(f"  instead: {self.recommendation}")
        return "\n".join(parts)


class UnsupportedPatternError(UserError):
    """A workflow uses something that cannot be compiled; raised at import, once, for every place at once.

    The attributes are those of the first place in source order; `diagnostics` holds all of them.
    """

    def __init__(
        self,
        message: str,
        recommendation: str = "",
        line: int | None = None,
        col: int | None = None,
        filename: str | None = None,
        *,
        diagnostics: Sequence[Diagnostic] = (),
    ) -> None:
        self.message = message
        self.recommendation = recommendation
        self.line = line
        self.col = col
        self.filename = filename
        self.diagnostics = tuple(diagnostics) or (Diagnostic(message, recommendation, line, col, filename),)
        super().__init__("\n\n".join(str(diagnostic) for diagnostic in self.diagnostics))

    @classmethod
    def from_diagnostics(cls, diagnostics: Sequence[Diagnostic]) -> UnsupportedPatternError:
        """Build one error from one or more diagnostics, in source order."""
        first = diagnostics[0]
        return cls(
            first.message, first.recommendation, first.line, first.column, first.filename, diagnostics=diagnostics
        )


class InvalidInput(UserError, ValueError):
    """A start, a value or an argument is wrong; the message says what, where and what to do instead."""

    code = "invalid_input"


class UnknownWorkflow(InvalidInput):
    """No program is registered under the name (or version) that was asked for."""

    code = "unknown_workflow"


class RunIdTaken(InvalidInput):
    """The run id of a start belongs to a run of another workflow, or to a child run."""

    code = "run_id_taken"


class RunKeyTaken(InvalidInput):
    """A run of the workflow has the key of a child run already, and is another run."""

    code = "run_key_taken"


class RegistrationRefused(InvalidInput):
    """Some workflows of a registration were refused; `versions` maps those that were registered to their hashes."""

    code = "registration_refused"

    def __init__(self, message: str, *, versions: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.versions = dict(versions or {})


class UnserializableValue(InvalidInput, TypeError):
    """A value cannot cross a process boundary; the message names the path to it."""

    code = "unserializable_value"


class ValueTooLarge(UnserializableValue):
    """A value is larger than one message may be; says what has how many bytes."""

    code = "value_too_large"


class WorkflowFailedError(UserError):
    """The run that was waited for ended with an exception.

    `error` is the exception as it was recorded (see `warren.contracts.values`); `__cause__` is the exception itself
    where its class is known in this process.
    """

    def __init__(self, message: str, *, run_id: UUID | None = None, error: object = None) -> None:
        super().__init__(message)
        self.run_id = run_id
        self.error = error


class WorkflowCancelledError(WorkflowFailedError):
    """The run that was waited for was cancelled."""


class ChildTimeout(WorkflowFailedError, TimeoutError):
    """A child run took longer than its `_execution_timeout`, and was told to end."""


class RunNotFound(UserError, LookupError):
    """No run has this id or key."""

    code = "run_not_found"


class QueryFailed(UserError):
    """A query's method raised, exceeded a limit, or returned what cannot be sent; the run is not touched."""

    code = "query_failed"


class UpdateFailed(UserError):
    """An update's method raised; what it changed before that is changed. `__cause__` is the exception itself where its
    class is known in this process, `error` the exception as it was recorded.
    """

    def __init__(self, message: str, *, error: object = None) -> None:
        super().__init__(message)
        self.error = error


class UpdateRefused(UserError):
    """The validator of an update raised: the run is not touched."""

    code = "update_refused"


class RunEnded(UserError):
    """What was asked of a run came after its end, or was not done when it ended."""

    code = "run_ended"


class ActionNotOpen(UserError):
    """Nobody waits for the attempt of a task token: it was answered, has timed out, or was tried again since."""

    code = "action_not_open"


class ContinuesAsNew(BaseException):
    """What `continue_as_new()` raises: it goes through `finally` and `async with`, and no `except Exception` stops it.

    The run that goes on gets `input`, by parameter of `run()`.
    """

    @property
    def input(self) -> dict[str, object]:
        """The encoded arguments of the run that goes on."""
        found: dict[str, object] = self.args[0]
        return found


class ExhaustedRetriesError(UserError):
    """Kept for programs that name it; the last attempt's own exception is what a workflow sees."""


ExhaustedRetries = ExhaustedRetriesError


class ScheduleAlreadyExistsError(UserError):
    """A schedule of this name exists and replacing it was not asked for."""


class SchedulingUnavailable(UserError, NotImplementedError):
    """This version of Warren runs no schedules; the message says what to use instead."""


class ActionError(WarrenError):
    """An action attempt failed for a reason that is not an exception of the action's own code."""


class ActionTimeout(ActionError, TimeoutError):
    """An action attempt took longer than its timeout."""


class ActionNotRegistered(ActionError):
    """The worker that got the action does not have it; start a worker with the module that defines it."""


class WorkerLost(ActionError):
    """Workers crashed, or stopped sending heartbeats, several times while running this action."""


class LimitExceeded(WarrenError):
    """A run did more work, or built a larger value, than one transition may."""


class RunTerminated(WarrenError):
    """The run was ended from outside (`terminate`): nothing of its workflow ran any more."""


class NotSupportedInWorkflow(WarrenError):
    """A run reached something that the compiler could not see and a workflow does not have; the message says what.

    A private attribute, a method that was not compiled, an operation that depends on the machine. Do it in an action.
    """


class MessageError(WarrenError):
    """A message cannot be used as it is; it is parked with the reason `code`."""

    code: ClassVar[str] = "bad_message"


class UnsupportedVersion(MessageError):
    """A message has another major schema version than this Warren reads."""

    code: ClassVar[str] = "unsupported_version"


class InfrastructureError(WarrenError):
    """A server is away, refused or answered with an error; trying again later may work."""


class BrokerError(InfrastructureError):
    """The broker refused or lost something."""


class BrokerUnavailable(BrokerError):
    """No connection to the broker, or it was lost before a confirm arrived."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the broker does not take one message.

    `limit` is the most bytes that a body may have, where that was the reason. `may_pass` when the same message may be
    taken later: its queue is full, or gives no answer.
    """

    reason: str
    limit: int | None = None
    may_pass: bool = False


class MessageRefused(BrokerError):
    """The broker refused some messages of a publication, again and by themselves; it has taken the others.

    `refusals` has them by their place in what was published. `routes` are the (exchange, routing key) pairs for which
    there was no queue, if there were such messages, too (see `UnroutableMessage`).
    """

    def __init__(
        self, message: str, *, refusals: Mapping[int, Refusal], routes: Sequence[tuple[str, str]] = ()
    ) -> None:
        super().__init__(message)
        self.refusals = dict(refusals)
        self.routes = tuple(routes)

    @classmethod
    def among(
        cls, count: int, refusals: Mapping[int, Refusal], *, routes: Sequence[tuple[str, str]] = ()
    ) -> MessageRefused:
        """The error for a publication of `count` messages."""
        reasons = "; ".join(dict.fromkeys(each.reason for each in refusals.values()))[:_REASONS_LIMIT]
        text = f"the broker does not take {len(refusals)} of {count} messages: {reasons}"
        return cls(text, refusals=refusals, routes=routes)


class UnroutableMessage(BrokerError):
    """A mandatory message found no queue. `routes` holds its (exchange, routing key) pairs."""

    def __init__(self, message: str, *, routes: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.routes = tuple(routes)

    @classmethod
    def to(cls, routes: Sequence[tuple[str, str]]) -> UnroutableMessage:
        """The error for messages with these (exchange, routing key) pairs."""
        names = ", ".join(sorted({f"{exchange or '(default)'} / {key}" for exchange, key in routes})[:_ROUTES_SHOWN])
        return cls(
            f"no queue takes messages to {names}; declare the queue (a worker or `warren topology` does)", routes=routes
        )


class StoreError(InfrastructureError):
    """The store refused something."""


class StoreUnavailable(StoreError):
    """No connection to the store, or it was lost before the commit was acknowledged."""


class SequenceConflict(StoreError):
    """`(run_id, seq)` was already taken for at least one transition of the batch; nothing was written.

    `run_ids` are the runs concerned, as far as the store could tell (all runs of the batch where it could not).
    """

    def __init__(self, message: str, *, run_ids: Sequence[UUID]) -> None:
        super().__init__(message)
        self.run_ids = tuple(run_ids)


class SnapshotUnreadable(WarrenError):
    """A snapshot is of another format or program, or is damaged. Nothing is lost: the history has all that it had."""


class InternalError(WarrenError):
    """A rule of the engine itself is broken."""
