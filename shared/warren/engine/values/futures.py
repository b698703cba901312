"""What was started: futures, gathers, timeouts, task groups, the strands that run code, and turns that wait in a queue.

They refer to each other in circles, as asyncio's do. Data only: `engine.run` gives them their meaning.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

from warren.contracts.encoded_records import NotEncodable
from warren.engine.values.calls import Awaitable
from warren.engine.values.code import AsyncCode
from warren.engine.values.kept import kept


class FutureState(IntEnum):
    """Where a future stands."""

    PENDING = 0
    DONE = 1
    FAILED = 2
    CANCELLED = 3


@kept("Future", "state value waiters strand number is_task must_cancel")
@dataclass(slots=True, eq=False, repr=False)
class Future(Awaitable):
    """Something that was started. `value` is its result, or its exception once failed or cancelled.

    `waiters` are strands, (gather, index) pairs, task groups, callbacks and who asked for updates. `strand` is the
    strand whose end completes it, if it is a task that runs workflow code; `number` that of the invocation or timer
    that completes it, if it is one of them.
    `is_task` tells a task of a single call from the bare call: it ends one turn after what it waits for was cancelled.
    `must_cancel` is the CancelledError that such a task gets at its next turn.
    """

    state: FutureState = FutureState.PENDING
    value: Any = None
    waiters: list[Any] = field(default_factory=list)
    strand: Strand | None = None
    number: int = 0
    is_task: bool = False
    must_cancel: BaseException | None = None

    def __warren_encode__(self, _: Any) -> Any:
        raise NotEncodable("tasks and futures live inside their run; await them, and send their results")


@kept(
    "Gather",
    "state value waiters strand number is_task must_cancel "
    "children results remaining return_exceptions unstarted places cancelled_by",
)
@dataclass(slots=True, eq=False, repr=False)
class Gather(Future):
    """`asyncio.gather`: complete when all of `children` are, or one failed and `return_exceptions` is false.

    `results` is filled as they come; `unstarted` is the index of the first child whose turn has not come yet. A started
    child is replaced by its future, and by None once that is complete. `places` are the children's indices by place in
    the result, where something was gathered twice.
    """

    children: list[Any] = field(default_factory=list)
    results: list[Any] = field(default_factory=list)
    remaining: int = 0
    return_exceptions: bool = False
    unstarted: int = 0
    places: list[int] | None = None
    cancelled_by: BaseException | None = None
    """The CancelledError with which it was cancelled: for children that were not started, and for itself."""


@kept("Timeout", "seconds strand timer has_expired cancels")
@dataclass(slots=True, eq=False, repr=False)
class Timeout:
    """`asyncio.timeout(seconds)`: a timer that cancels `strand` while it is inside the block.

    `cancels` is how often the strand had been cancelled when it entered: a cancellation from elsewhere is no timeout.
    """

    seconds: float | None
    strand: Strand | None = None
    timer: int = 0
    has_expired: bool = False
    cancels: int = 0


@kept("TaskGroup", "strand tasks errors is_aborting has_cancelled_parent is_exiting done cancelled_by")
@dataclass(slots=True, eq=False, repr=False)
class TaskGroup:
    """`asyncio.TaskGroup`: its unfinished `tasks`, the `errors` of failed ones; `done` completes when none is left."""

    strand: Strand | None = None
    tasks: list[Future] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)
    is_aborting: bool = False
    has_cancelled_parent: bool = False
    is_exiting: bool = False
    done: Future | None = None
    cancelled_by: BaseException | None = None
    """The CancelledError that leaves the group when its tasks are done, unless one of them failed."""


@kept("Frame", "code node variables")
@dataclass(slots=True, eq=False)
class Frame:
    """An activation of an async function: where it is, and its variables by slot."""

    code: AsyncCode
    node: int
    variables: list[Any]


@kept("Strand", "number frames future waits_for inject cancels")
@dataclass(slots=True, eq=False)
class Strand:
    """A line of execution: a stack of frames, innermost last. `future` completes when it ends; the run's own has none,
    but for what `asyncio.current_task` gave.

    `waits_for` is the future that it waits for. `inject` is an exception to raise at its await when it goes on.
    `cancels` counts the cancellations asked for and not taken back (`asyncio.Task.cancelling`). `since` is when it
    began to wait, for people; a snapshot keeps it apart, as nothing is decided by it.
    """

    number: int
    frames: list[Frame]
    future: Future | None = None
    waits_for: Future | None = None
    inject: BaseException | None = None
    cancels: int = 0
    since: datetime | None = None


@kept("Launch", "call future")
@dataclass(slots=True, eq=False)
class Launch:
    """What `create_task` was given, to be started when its turn comes."""

    call: Awaitable
    future: Future


@kept("Settle", "future state value")
@dataclass(slots=True, eq=False)
class Settle:
    """A future that is complete when this one's turn comes."""

    future: Future
    state: FutureState
    value: Any


@kept("Callback", "function")
@dataclass(slots=True, eq=False)
class Callback:
    """What `add_done_callback` was given: one of a future's waiters."""

    function: Any


@kept("Answers", "number")
@dataclass(slots=True, eq=False)
class Answers:
    """One of the waiters of an update's task: who asked for the update gets what comes of it."""

    number: int


@kept("Notice", "waiter future")
@dataclass(slots=True, eq=False)
class Notice:
    """A complete future; `waiter` is notified of it when this one's turn comes."""

    waiter: Any
    future: Future
