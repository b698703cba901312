"""The engine's own kinds of value: variables that closures share, closures, and everything that can be awaited.

They are what CPython keeps in hidden places (cells, coroutine frames, futures), made explicit so that a snapshot can
hold them. Data only: the interpreter gives them their meaning.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from warren.engine.program.codegen.functions import AsyncCode


class Unbound:
    """The value of a variable that has none."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<unbound>"


UNBOUND = Unbound()


class Cell:
    """A variable that a nested function shares with the one around it."""

    __slots__ = ("value",)

    def __init__(self, value: Any = UNBOUND) -> None:
        self.value = value


class Late:
    """A value that is computed each time it is looked at: a dotted name in a pattern."""

    __slots__ = ("_compute",)

    def __init__(self, compute: Callable[[], Any]) -> None:
        self._compute = compute

    @property
    def value(self) -> Any:
        """The value now."""
        return self._compute()


class Closure:
    """A function as a value: a lambda, a nested def, or a method or module function that is passed around."""

    __slots__ = ("cells", "defaults", "function", "key")

    def __init__(
        self, key: str, cells: tuple[Cell, ...], defaults: dict[str, Any], function: Callable[..., Any]
    ) -> None:
        self.key = key
        self.cells = cells
        self.defaults = defaults
        self.function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<function {self.key}>"


class BoundMethod:
    """A method of a value as a value itself: `name` looked up on `owner` again gives the same."""

    __slots__ = ("function", "name", "owner")

    def __init__(self, owner: Any, name: str, function: Callable[..., Any]) -> None:
        self.owner = owner
        self.name = name
        self.function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<bound method {self.name}>"


class Awaitable:
    """Base of everything that `await` takes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


@dataclass(slots=True, eq=False, repr=False)
class ActionCall(Awaitable):
    """A call of an action that nobody has started yet, with the policy that `run_action` gave it."""

    action: str
    queue: str
    args: list[Any]
    kwargs: dict[str, Any]
    attempts: int = 1
    retry_on: tuple[str, ...] | None = None
    backoff_seconds: float = 0.0
    timeout_seconds: float | None = None
    started: bool = False


@dataclass(slots=True, eq=False, repr=False)
class ChildCall(Awaitable):
    """A call of another workflow's `run()` that nobody has awaited yet; `arguments` by parameter name."""

    workflow: str
    arguments: dict[str, Any]
    started: bool = False


@dataclass(slots=True, eq=False, repr=False)
class Coroutine(Awaitable):
    """A call of an async function of the workflow that nobody has awaited yet."""

    code: AsyncCode
    variables: list[Any]
    started: bool = False


@dataclass(slots=True, eq=False, repr=False)
class SleepCall(Awaitable):
    """`asyncio.sleep(seconds, result)` that nobody has awaited yet."""

    seconds: float
    result: Any = None
    started: bool = False


class FutureState(IntEnum):
    """Where a future stands."""

    PENDING = 0
    DONE = 1
    FAILED = 2
    CANCELLED = 3


@dataclass(slots=True, eq=False, repr=False)
class Future(Awaitable):
    """Something that was started. `value` is its result, or its exception once failed or cancelled.

    `waiters` are strands, (gather, index) pairs and task groups. `strand` is the strand whose end completes it, if it
    is a task that runs workflow code; `number` that of the invocation or timer that completes it, if it is one of them.
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


@dataclass(slots=True, eq=False)
class Frame:
    """An activation of an async function: where it is, and its variables by slot."""

    code: AsyncCode
    node: int
    variables: list[Any]


@dataclass(slots=True, eq=False)
class Strand:
    """A line of execution: a stack of frames, innermost last. `future` completes when it ends (None: the run's own).

    `waits_for` is the future that it waits for. `inject` is an exception to raise at its await when it goes on.
    `cancels` counts the cancellations asked for and not taken back (`asyncio.Task.cancelling`).
    """

    number: int
    frames: list[Frame]
    future: Future | None = None
    waits_for: Future | None = None
    inject: BaseException | None = None
    cancels: int = 0


@dataclass(slots=True, eq=False)
class Launch:
    """What `create_task` was given, to be started when its turn comes."""

    call: Awaitable
    future: Future


@dataclass(slots=True, eq=False)
class Settle:
    """A future that is complete when this one's turn comes."""

    future: Future
    state: FutureState
    value: Any


@dataclass(slots=True, eq=False)
class Notice:
    """A complete future that `waiter` hears of when this one's turn comes."""

    waiter: Any
    future: Future
