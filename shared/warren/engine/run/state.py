"""The state of one run: everything that decides what happens next, and nothing else."""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, assert_never
from uuid import UUID

from warren.contracts.messages import ClosePolicy, RunStatus
from warren.engine.commands import (
    AnswerUpdate,
    AskRun,
    CancelActions,
    CancelChild,
    Command,
    ContinueAsNew,
    ContinueRun,
    DispatchAction,
    FinishRun,
    LogMessage,
    StartChild,
    StartTimer,
    TerminateChild,
    UpsertAttributes,
)
from warren.engine.run.leases import Leases
from warren.engine.values.calls import ActionCall
from warren.engine.values.futures import Future, FutureState, Gather, Launch, Notice, Settle, Strand, Timeout
from warren.engine.values.kept import kept

Json = Any
MAX_REQUESTS: Final = 10_000
"""So many requests are recognised when they come again."""


@kept("PendingAction", "call future args kwargs attempt backoff")
@dataclass(slots=True, eq=False)
class PendingAction:
    """An action invocation without a result. `backoff` is the timer that its next attempt waits for, or 0."""

    call: ActionCall
    future: Future
    args: list[Json]
    kwargs: dict[str, Json]
    attempt: int = 1
    backoff: int = 0


@kept("PendingChild", "run_id workflow input future")
@dataclass(slots=True, eq=False)
class PendingChild:
    """A child run without an outcome."""

    run_id: UUID
    workflow: str
    input: dict[str, Json]
    future: Future


@kept("ChildTerms", "policy key started")
@dataclass(slots=True, eq=False)
class ChildTerms:
    """What was agreed for a child run, where that is not the usual: what becomes of it when this run ends, its key, and
    the future of its start, where somebody waits for that.
    """

    policy: ClosePolicy = "cancel"
    key: str | None = None
    started: Future | None = None


@kept("AskedRun", "run_id request name value future")
@dataclass(slots=True, eq=False)
class AskedRun:
    """Something that was asked of another run, without an answer."""

    run_id: UUID
    request: Literal["signal", "cancel"]
    name: str | None
    value: Json
    future: Future


@kept("PendingTimer", "due_at future result invocation target")
@dataclass(slots=True, eq=False)
class PendingTimer:
    """A timer that has not fired: completes `future` with `result`, lets `invocation` try again, or ends `target`."""

    due_at: datetime
    future: Future | None = None
    result: Any = None
    invocation: int = 0
    target: Timeout | None = None


@kept("PendingUpdate", "id name replies")
@dataclass(slots=True, eq=False)
class PendingUpdate:
    """An update that has not ended. `replies` are the queues that wait for its answer, each with a correlation id."""

    id: str
    name: str
    replies: list[tuple[str, str | None]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class RunState:
    """One run. `seq` is that of its last transition. Changed by `engine.transitions` alone."""

    run_id: UUID
    input: dict[str, Json]
    seq: int = 0
    status: RunStatus = RunStatus.RUNNING
    result: Json = None
    error: Json = None
    numbers: int = 0
    """The last invocation (or timer) number given."""
    strands: int = 0
    """The last strand number given."""
    main: Strand | None = None
    ready: deque[Strand | Gather | Launch | Settle | Notice] = field(default_factory=deque)
    """What can go on, in the order of its turns; a gather has one for each child."""
    pending: dict[int, PendingAction] = field(default_factory=dict)
    children: dict[int, PendingChild] = field(default_factory=dict)
    terms: dict[int, ChildTerms] = field(default_factory=dict)
    """Of those children that have terms of their own."""
    asked: dict[int, AskedRun] = field(default_factory=dict)
    timers: dict[int, PendingTimer] = field(default_factory=dict)
    continues: int = 0
    """The number of the last `ContinuationDue` asked for."""
    continuing: bool = False
    """Whether that `ContinuationDue` has not come yet."""
    attributes: dict[str, Json] = field(default_factory=dict)
    """What the run can be searched by; another dict after each change."""
    draws: int = 0
    """How many ids and random numbers were drawn."""
    cancelling: bool = False
    """Whether somebody asked for the run's end."""
    paused_at: datetime | None = None
    """Since when the run stands still; None while it goes on."""
    cost: int = 2_000
    """Rough size in bytes, for the bounds of a cache and of the run itself: never much too small."""
    unmeasured: int = 0
    """How much of `cost` was added since the run was measured last."""
    leases: Leases = field(default_factory=Leases)
    previous: UUID | None = None
    """The run that continued as this one."""
    successor: ContinueAsNew | None = None
    """What goes on in the place of this run, when it has continued as new."""
    history_size: int = 0
    """Bytes of its events and commands so far, where the workflow may ask for them."""
    instance: Any = None
    """`self`, where the workflow takes signals or answers queries; also when the run has ended."""
    watchers: list[tuple[Future, Any]] = field(default_factory=list)
    """What waits for a condition over the run's own state: a future and the function that says whether it holds."""
    requests: dict[int, None] = field(default_factory=dict)
    """The numbers of the requests that the run has taken, the oldest first; at most `MAX_REQUESTS`."""
    updates: dict[int, PendingUpdate] = field(default_factory=dict)
    """By the number of the request."""
    answered: dict[int, int] = field(default_factory=dict)
    """Among `requests`, the updates that have ended: the number of the transition that has the answer."""
    _due: list[tuple[datetime, int]] = field(default_factory=list)

    def note_request(self, number: int) -> None:
        """Remember that a request was taken, so that it is not taken again."""
        self.requests[number] = None
        if len(self.requests) > MAX_REQUESTS:
            oldest = next(iter(self.requests))
            del self.requests[oldest]
            self.answered.pop(oldest, None)

    def end_attempts(self, invocation: int) -> None:
        """Nobody waits for this action any more."""
        self.timers.pop(self.leases.end(invocation), None)

    def add_timer(self, number: int, timer: PendingTimer) -> None:
        """Remember a timer."""
        self.timers[number] = timer
        heapq.heappush(self._due, (timer.due_at, number))

    @property
    def wake_at(self) -> datetime | None:
        """When something must happen at the latest: the first timer is due, or the first lease ends; None if paused."""
        if self.paused_at is not None:
            return None
        while self._due and self._due[0][1] not in self.timers:
            heapq.heappop(self._due)
        timer = self._due[0][0] if self._due else None
        lease = self.leases.earliest if self.leases.held else None
        return min(timer, lease) if timer is not None and lease is not None else timer or lease

    def dispatch(self, number: int) -> DispatchAction:
        """The command for the current attempt of a pending action."""
        action = self.pending[number]
        call = action.call
        details = self.leases.details.get(number) if self.leases.is_used else None
        return DispatchAction(
            number, action.attempt, call.action, call.queue, action.args, action.kwargs, call.timeout_seconds, details
        )

    def start_child(self, number: int) -> StartChild:
        """The command for a pending child run."""
        child, terms = self.children[number], self.terms.get(number)
        if terms is None:
            return StartChild(number, child.run_id, child.workflow, child.input)
        awaits_start = terms.started is not None and terms.started.state is FutureState.PENDING
        return StartChild(number, child.run_id, child.workflow, child.input, terms.key, awaits_start, terms.policy)

    def end_child(self, number: int) -> list[CancelChild | TerminateChild]:
        """Forget a child run whose outcome nobody waits for any more; what its terms say is to be done about it."""
        child, terms = self.children.pop(number), self.terms.pop(number, None)
        match "cancel" if terms is None else terms.policy:
            case "cancel":
                return [CancelChild(child.run_id)]
            case "terminate":
                return [TerminateChild(child.run_id)]
            case _:
                return []

    def ask(self, number: int) -> AskRun:
        """The command for what was asked of another run."""
        asked = self.asked[number]
        return AskRun(number, asked.run_id, asked.request, asked.name, asked.value)

    def pending_commands(self) -> list[Command]:
        """Everything that was commanded and is unanswered, but for what a worker holds a lease for or another system
        completes, in order of its numbers."""
        if self.successor is not None:
            return [self.successor]
        if self.status is not RunStatus.RUNNING:
            return [FinishRun(self.status, self.result, self.error)]
        commands: list[tuple[int, Command]] = [
            (number, self.dispatch(number))
            for number, action in self.pending.items()
            if not action.backoff and number not in self.leases.held and number not in self.leases.elsewhere
        ]
        commands.extend((number, self.start_child(number)) for number in self.children)
        commands.extend((number, self.ask(number)) for number in self.asked)
        commands.extend((number, StartTimer(number, timer.due_at)) for number, timer in self.timers.items())
        commands.sort(key=lambda item: item[0])
        found = [command for _, command in commands]
        if self.continuing:
            found.append(ContinueRun(self.continues))
        return found

    def is_open(self, invocation: int, attempt: int) -> bool:
        """Whether this attempt of an action is the one that has no answer."""
        action = self.pending.get(invocation)
        return action is not None and action.attempt == attempt and not action.backoff

    def is_pending(self, command: Command) -> bool:
        """Whether a command that was given is unanswered, and no worker or other system is known to have it."""
        match command:
            case DispatchAction():
                number, leases = command.invocation, self.leases
                has_taker = number in leases.held or number in leases.elsewhere
                return not has_taker and self.is_open(number, command.attempt)
            case StartTimer():
                return command.timer in self.timers
            case ContinueRun():
                return self.continuing and command.number == self.continues
            case StartChild():
                return command.invocation in self.children
            case AskRun():
                return command.invocation in self.asked
            case LogMessage() | UpsertAttributes():
                return False
            case FinishRun() | ContinueAsNew() | AnswerUpdate() | CancelActions() | CancelChild() | TerminateChild():
                return True  # a second time they change nothing
            case _:
                assert_never(command)
