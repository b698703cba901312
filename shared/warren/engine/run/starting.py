"""Starting things: what `await`, `gather`, `create_task`, `sleep` and `run_action` do to the run being advanced.

One scheduler per executable; `begin` points it at the run and the moment of a transition, `commands` is what came out.
What ends things and wakes whoever waits for them is in `futures`.
"""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from warren.contracts.encoding import printable
from warren.contracts.ids import derived_run_id
from warren.contracts.limits import MAX_LOG_CHARACTERS
from warren.contracts.moments import moment_after
from warren.contracts.policies import backoff_of, check_policy, no_policy, seconds_of
from warren.engine.commands import Command, LogMessage, StartTimer
from warren.engine.guarded.guards import Guards
from warren.engine.run.cancellation import Contexts
from warren.engine.run.completion import Futures
from warren.engine.run.state import PendingAction, PendingChild, PendingTimer, RunState
from warren.engine.values.limits import MAX_COMMAND_BYTES, MAX_COMMANDS, OBJECT_BYTES, Stop
from warren.engine.values.objects import (
    ActionCall,
    Awaitable,
    ChildCall,
    Coroutine,
    Frame,
    Future,
    FutureState,
    Gather,
    Launch,
    Settle,
    SleepCall,
    Strand,
)
from warren.errors import InternalError, LimitExceeded
from warren.ir import intrinsics

if TYPE_CHECKING:
    from collections.abc import Callable

_LEVELS = ("debug", "info", "warning", "error")
ATTEMPTS_WITHOUT_LIMIT = 101
"""What `RetryPolicy(attempts=None)` means: the first attempt and 100 retries, as in waymark."""


class Scheduler(Futures):
    """Bookkeeping of one transition."""

    def __init__(self, guards: Guards) -> None:
        super().__init__()
        self._guards = guards
        self._at: datetime | None = None
        self.commands: list[Command] = []
        self._command_bytes = 0
        self.contexts = Contexts(self)
        self.current: Strand | None = None
        """The strand whose code is running."""

    def begin(self, run: RunState, at: datetime) -> None:
        """Work for this run from now on."""
        self._run, self._at = run, at
        self.commands = []
        self._command_bytes = 0

    def end(self) -> list[Command]:
        """The commands of the transition; forgets the run."""
        self._run = self._at = None
        commands, self.commands = self.commands, []
        return commands

    def spend(self, steps: int) -> None:
        """Take steps for work of the scheduler's own."""
        self._guards.budget.spend(steps)

    @property
    def is_full(self) -> bool:
        """Whether this transition has given as many commands, or as large ones, as it may."""
        return len(self.commands) >= MAX_COMMANDS or self._command_bytes >= MAX_COMMAND_BYTES

    def table(self) -> dict[str, Callable[..., Any]]:
        """The intrinsics that need a run."""
        own: dict[str, Callable[..., Any]] = {
            "asyncio.sleep": self.sleep,
            "asyncio.gather": self.gather,
            "asyncio.create_task": self.create_task,
            "run_action": self.run_action,
            intrinsics.START: self.start,
            "warren.now": lambda: self.now,
            "warren.uuid4": self.uuid4,
            "warren.random": self.random,
            "warren.log": self.log,
        }
        return own | self.contexts.table()

    # intrinsics

    def sleep(self, delay: Any, result: Any = None) -> SleepCall:
        """`asyncio.sleep`: seconds, durable. Nothing happens before it is awaited."""
        if isinstance(delay, timedelta) or not isinstance(delay, int | float):
            raise TypeError(f"asyncio.sleep() takes seconds as int or float, not {type(delay).__name__}")
        if delay != delay:
            raise ValueError("Invalid delay: NaN (not a number)")
        return SleepCall(float(delay) if delay > 0 else 0.0, result)

    def gather(self, *awaitables: Any, return_exceptions: bool = False) -> Gather:
        """`asyncio.gather`: everything starts when the caller next waits; what is complete already counts at once."""
        for awaitable in awaitables:
            _check_awaitable(awaitable)
        self._guards.budget.allocate(OBJECT_BYTES * len(awaitables))
        made = Gather(return_exceptions=bool(return_exceptions))
        if not awaitables:
            made.state, made.value = FutureState.DONE, []
            return made
        numbers: dict[int, int] = {}
        places = [numbers.setdefault(id(awaitable), len(numbers)) for awaitable in awaitables]
        if len(numbers) < len(places):  # what is gathered twice is started once, and has its result in both places
            made.places = places
            awaitables = tuple({id(awaitable): awaitable for awaitable in awaitables}.values())
        made.children = children = list(awaitables)
        made.results = [None] * len(children)
        made.remaining = len(children)
        futures = [(index, child) for index, child in enumerate(children) if isinstance(child, Future)]
        if len(futures) < len(children):
            self.run.ready.append(made)
        for index, future in futures:
            if future.state is FutureState.PENDING:
                future.waiters.append((made, index))
            else:
                self.child_done(made, index, future)
        return made

    def create_task(self, coro: Any, *, name: Any = None, context: Any = None) -> Future:
        """`asyncio.create_task`: starts when the caller next waits."""
        if isinstance(coro, Future) or not isinstance(coro, Awaitable):
            raise TypeError(f"a coroutine was expected, got {coro!r}")
        self._guards.budget.allocate(OBJECT_BYTES)
        self.spend(2)
        future = Future(is_task=True)
        self.run.ready.append(Launch(coro, future))
        return future

    def run_action(self, awaitable: Any, *, retry: Any = None, timeout: Any = None) -> ActionCall:
        """`self.run_action`: the same call with a policy."""
        if not isinstance(awaitable, ActionCall):
            raise TypeError(
                f"run_action() takes a call of an @action, such as self.run_action(charge(order)), "
                f"not {type(awaitable).__name__}"
            )
        policy: dict[str, Any] = {}
        if retry is not None:
            policy |= _policy(retry)
        if timeout is not None:
            policy["timeout_seconds"] = seconds_of(timeout)
        return dataclasses.replace(awaitable, **policy)

    def uuid4(self) -> UUID:
        """`warren.uuid4`: derived, so that a replay gives the same."""
        return UUID(bytes=self._draw()[:16], version=4)

    def random(self) -> float:
        """`warren.random`: 53 derived bits, as `random.random` has."""
        return (int.from_bytes(self._draw()[:8], "big") >> 11) / (1 << 53)

    def _draw(self) -> bytes:
        run = self.run
        self.spend(4)
        run.draws += 1
        return hashlib.sha256(f"{run.run_id}\x1f{run.draws}".encode()).digest()

    def log(self, message: Any, *, level: Any = "info") -> None:
        """`warren.log`: a command, so that it happens once."""
        if level not in _LEVELS:
            raise ValueError(f"level must be one of {', '.join(_LEVELS)}, not {level!r}")
        if self.is_full:
            raise Stop(LimitExceeded(f"the workflow logged more than {MAX_COMMANDS:,} lines without awaiting anything"))
        if not isinstance(message, str):
            self._guards.written(message)
        text = self._guards.result(str(message))
        if len(text) > MAX_LOG_CHARACTERS:
            text = f"{text[:MAX_LOG_CHARACTERS]}... ({len(text) - MAX_LOG_CHARACTERS:,} more characters)"
        self.commands.append(LogMessage(printable(text), level))

    def start(self, awaitable: Any) -> Future:
        """Start an awaitable now; its future."""
        _check_awaitable(awaitable)
        match awaitable:
            case Future():
                return awaitable
            case ActionCall():
                return self._start_action(awaitable, Future())
            case SleepCall():
                return self._start_sleep(awaitable, Future())
            case Coroutine():
                return self._start_strand(awaitable, Future())
            case ChildCall():
                return self._start_child(awaitable, Future())
            case _:
                raise InternalError(f"cannot start a {type(awaitable).__name__}")

    def launch(self, launch: Launch) -> None:
        """The first turn of what `create_task` was given."""
        call, future = launch.call, launch.future
        if future.must_cancel is not None:
            call.started = True  # type: ignore[attr-defined]  # every call that can be launched has this
            self.complete(future, FutureState.CANCELLED, future.must_cancel)
            return
        try:
            self._start_task(call, future)
        except Exception as error:  # noqa: BLE001 - whatever starting it raises is how the task ends
            self.fail(future, error)

    def _start_task(self, call: Any, future: Future) -> None:
        match call:
            case ActionCall():
                self._start_action(call, future)
            case SleepCall():
                self._start_sleep(call, future)
            case Coroutine():
                self._start_strand(call, future, at_once=True)
            case ChildCall():
                self._start_child(call, future)
            case _:
                raise InternalError(f"cannot start a {type(call).__name__}")

    def start_children(self, gather: Gather) -> bool:
        """Start children of a gather while commands are left; whether all are started."""
        children = gather.children
        while gather.unstarted < len(children):
            if self.is_full:
                return False
            index = gather.unstarted
            gather.unstarted += 1
            child = children[index]
            if child is not None and not isinstance(child, Future):  # a call becomes a task, whose turn is here
                future = Future(waiters=[(gather, index)], is_task=True, must_cancel=gather.cancelled_by)
                children[index] = future
                if isinstance(child, Coroutine) and not child.started and future.must_cancel is None:
                    self.run.ready.appendleft(gather)  # the coroutine runs to its first wait before the next one starts
                    self._start_strand(child, future, at_once=True)
                    return True
                self.launch(Launch(child, future))
        return True

    # starting

    def next_number(self) -> int:
        """A number for an invocation or a timer."""
        run = self.run
        run.numbers += 1
        return run.numbers

    def _start_action(self, call: ActionCall, future: Future) -> Future:
        _mark_started(call)
        args, kwargs, weight = self._guards.arguments(call.args, call.kwargs, call.action)
        self._command_bytes += weight
        number = self.next_number()
        call.args, call.kwargs = [], {}
        run = self.run
        future.number = number
        run.pending[number] = PendingAction(call, future, args, kwargs)
        self.commands.append(run.dispatch(number))
        return future

    def _start_sleep(self, call: SleepCall, future: Future) -> Future:
        _mark_started(call)
        if call.seconds <= 0 and future.is_task:
            self.run.ready.append(Settle(future, FutureState.DONE, call.result))
        elif call.seconds <= 0:
            self.complete(future, FutureState.DONE, call.result)
        else:
            future.number = self.add_timer(call.seconds, PendingTimer(self.now, future, call.result))
        return future

    def _start_child(self, call: ChildCall, future: Future) -> Future:
        _mark_started(call)
        _, arguments, weight = self._guards.arguments([], call.arguments, call.workflow)
        self._command_bytes += weight
        run, number = self.run, self.next_number()
        future.number = number
        run_id = derived_run_id(self.now, str(run.run_id), str(number))
        run.children[number] = PendingChild(run_id, call.workflow, arguments, future)
        self.commands.append(run.start_child(number))
        return future

    def _start_strand(self, call: Coroutine, future: Future, *, at_once: bool = False) -> Future:
        _mark_started(call)
        run = self.run
        run.strands += 1
        strand = Strand(run.strands, [Frame(call.code, 0, call.variables)], future)
        future.strand = strand
        (run.ready.appendleft if at_once else run.ready.append)(strand)
        return future

    @property
    def now(self) -> datetime:
        """The moment of the transition."""
        if self._at is None:
            raise InternalError("no transition is under way")
        return self._at

    def add_timer(self, seconds: float, timer: PendingTimer) -> int:
        """Start a timer that is due in `seconds`, or at the last moment that there is; returns its number."""
        timer.due_at = due_at = moment_after(self.now, seconds)
        number = self.next_number()
        self.run.add_timer(number, timer)
        self.commands.append(StartTimer(number, due_at))
        return number


def _check_awaitable(value: Any) -> None:
    if not isinstance(value, Awaitable):
        raise TypeError("An asyncio.Future, a coroutine or an awaitable is required")


def _mark_started(call: Any) -> None:
    if call.started:
        raise RuntimeError("cannot reuse already awaited coroutine")
    call.started = True


def _policy(retry: Any) -> dict[str, Any]:
    """The fields of a `RetryPolicy`, whose class the engine knows only by its attributes."""
    try:
        attempts, types, backoff = retry.attempts, retry.exception_types, retry.backoff_seconds
    except AttributeError:
        raise no_policy(retry) from None
    names = check_policy(attempts, types, backoff)
    return {
        "attempts": ATTEMPTS_WITHOUT_LIMIT if attempts is None else attempts,
        "retry_on": names or None,
        "backoff_seconds": backoff_of(backoff),
    }
