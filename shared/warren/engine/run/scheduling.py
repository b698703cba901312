"""Starting things: what `await`, `gather`, `sleep`, `run_action` and the turn of a task do to the run being advanced.

What ends things and wakes their waiters is in `completion`.
"""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from warren.contracts.attributes import MAX_ITEMS, attributes_data, check_all, check_change
from warren.contracts.encoding import printable
from warren.contracts.limits import MAX_LOG_CHARACTERS, json_size
from warren.contracts.policies import rule_of, seconds_of
from warren.engine.commands import LogMessage
from warren.engine.guarded.guards import Guards
from warren.engine.run.completion import Completion
from warren.engine.run.other_runs import OtherRuns
from warren.engine.run.state import PendingAction, PendingTimer
from warren.engine.run.transition import Transition
from warren.engine.values.calls import ActionCall, Awaitable, ChildCall, Coroutine, SleepCall, mark_started
from warren.engine.values.futures import Frame, Future, FutureState, Gather, Launch, Settle, Strand
from warren.engine.values.limits import MAX_COMMANDS, OBJECT_BYTES, Stop
from warren.errors import InternalError, LimitExceeded
from warren.ir import intrinsics

if TYPE_CHECKING:
    from collections.abc import Callable

_LEVELS = ("debug", "info", "warning", "error")


class Scheduler:
    """Starts things, within one transition."""

    __slots__ = ("_completion", "_guards", "_other_runs", "_transition")

    def __init__(self, transition: Transition, completion: Completion, guards: Guards, other_runs: OtherRuns) -> None:
        self._transition = transition
        self._completion = completion
        self._guards = guards
        self._other_runs = other_runs

    def table(self) -> dict[str, Callable[..., Any]]:
        """The intrinsics that need a run."""
        return {
            "asyncio.sleep": self.sleep,
            "asyncio.gather": self.gather,
            "asyncio.create_task": self._completion.create_task,
            "run_action": self.run_action,
            "warren.sdk.durable.condition": self.condition,
            intrinsics.START: self.start,
            "warren.now": lambda: self._transition.now,
            "warren.uuid4": self.uuid4,
            "warren.random": self.random,
            "warren.log": self.log,
            "warren.upsert_attributes": self.upsert_attributes,
        }

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
            self._transition.run.ready.append(made)
        for index, future in futures:
            if future.state is FutureState.PENDING:
                future.waiters.append((made, index))
            else:
                self._completion.child_done(made, index, future)
        return made

    def run_action(self, awaitable: Any, *, retry: Any = None, timeout: Any = None) -> ActionCall:
        """`self.run_action`: the same call with a policy."""
        if not isinstance(awaitable, ActionCall):
            raise TypeError(
                f"run_action() takes a call of an @action, such as self.run_action(charge(order)), "
                f"not {type(awaitable).__name__}"
            )
        policy: dict[str, Any] = {}
        if retry is not None:
            policy |= rule_of(retry)._asdict()
        if timeout is not None:
            policy["timeout_seconds"] = seconds_of(timeout)
        return dataclasses.replace(awaitable, **policy)

    def condition(self, predicate: Any) -> Future:
        """The future of a condition: it is looked at when nothing else goes on, in every transition that runs code."""
        if not callable(predicate):
            raise TypeError(f"wait_until() takes a function without parameters, not {type(predicate).__name__}")
        self._guards.budget.allocate(OBJECT_BYTES)
        future = Future()
        self._transition.run.watchers.append((future, predicate))
        return future

    def uuid4(self) -> UUID:
        """`warren.uuid4`: derived, so that a replay gives the same."""
        return UUID(bytes=self._draw()[:16], version=4)

    def random(self) -> float:
        """`warren.random`: 53 derived bits, as `random.random` has."""
        return (int.from_bytes(self._draw()[:8], "big") >> 11) / (1 << 53)

    def _draw(self) -> bytes:
        run = self._transition.run
        self._transition.budget.spend(4)
        run.draws += 1
        return hashlib.sha256(f"{run.run_id}\x1f{run.draws}".encode()).digest()

    def log(self, message: Any, *, level: Any = "info") -> None:
        """`warren.log`: a command, so that it happens once."""
        if level not in _LEVELS:
            raise ValueError(f"level must be one of {', '.join(_LEVELS)}, not {level!r}")
        if self._transition.is_full:
            raise Stop(LimitExceeded(f"the workflow logged more than {MAX_COMMANDS:,} lines without awaiting anything"))
        if not isinstance(message, str):
            self._guards.written(message)
        text = self._guards.result(str(message))
        if len(text) > MAX_LOG_CHARACTERS:
            text = f"{text[:MAX_LOG_CHARACTERS]}... ({len(text) - MAX_LOG_CHARACTERS:,} more characters)"
        self._transition.commands.append(LogMessage(printable(text), level))

    def upsert_attributes(self, **attributes: Any) -> None:
        """`warren.upsert_attributes`: one command for all changes of a transition, which its commit carries out."""
        if not attributes:
            return
        transition, run = self._transition, self._transition.run
        transition.budget.spend(len(attributes) * MAX_ITEMS)
        change = attributes_data(check_change(attributes))
        kept = {name: value for name, value in (run.attributes | change).items() if value is not None}
        transition.budget.spend(check_all(kept) >> 4)
        transition.budget.allocate(json_size(change))
        run.attributes = kept
        transition.change_attributes(change)

    def start(self, awaitable: Any) -> Future:
        """Start an awaitable now; its future."""
        _check_awaitable(awaitable)
        self._transition.encodings.turn += 1  # workflow code calls this, or its `await`
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
                return self._other_runs.start(awaitable, Future())
            case _:
                raise InternalError(f"cannot start a {type(awaitable).__name__}")

    def launch(self, launch: Launch) -> None:
        """The first turn of what `create_task` was given."""
        call, future = launch.call, launch.future
        if future.must_cancel is not None:
            call.started = True  # type: ignore[attr-defined]  # every call that can be launched has this
            self._completion.complete(future, FutureState.CANCELLED, future.must_cancel)
            return
        try:
            self._start_task(call, future)
        except Exception as error:  # noqa: BLE001 - whatever starting it raises is how the task ends
            self._completion.fail(future, error)

    def _start_task(self, call: Any, future: Future) -> None:
        match call:
            case ActionCall():
                self._start_action(call, future)
            case SleepCall():
                self._start_sleep(call, future)
            case Coroutine():
                self._start_strand(call, future, at_once=True)
            case ChildCall():
                self._other_runs.start(call, future)
            case _:
                raise InternalError(f"cannot start a {type(call).__name__}")

    def start_children(self, gather: Gather) -> bool:
        """Start children of a gather while commands are left; whether all are started."""
        children = gather.children
        while gather.unstarted < len(children):
            if self._transition.is_full:
                return False
            index = gather.unstarted
            gather.unstarted += 1
            child = children[index]
            if child is not None and not isinstance(child, Future):  # a call becomes a task, whose turn is here
                future = Future(waiters=[(gather, index)], is_task=True, must_cancel=gather.cancelled_by)
                children[index] = future
                if isinstance(child, Coroutine) and not child.started and future.must_cancel is None:
                    self._transition.run.ready.appendleft(
                        gather
                    )  # the coroutine runs to its first wait before the next one starts
                    self._start_strand(child, future, at_once=True)
                    return True
                self.launch(Launch(child, future))
        return True

    def _start_action(self, call: ActionCall, future: Future) -> Future:
        mark_started(call)
        args, kwargs, weight = self._guards.arguments(call.args, call.kwargs, call.action, self._transition.encodings)
        self._transition.command_bytes += weight
        number = self._transition.next_number()
        call.args, call.kwargs = [], {}
        run = self._transition.run
        future.number = number
        run.pending[number] = PendingAction(call, future, args, kwargs)
        self._transition.commands.append(run.dispatch(number))
        return future

    def _start_sleep(self, call: SleepCall, future: Future) -> Future:
        mark_started(call)
        if call.seconds <= 0 and future.is_task:
            self._transition.run.ready.append(Settle(future, FutureState.DONE, call.result))
        elif call.seconds <= 0:
            self._completion.complete(future, FutureState.DONE, call.result)
        else:
            future.number = self._transition.add_timer(
                call.seconds, PendingTimer(self._transition.now, future, call.result)
            )
        return future

    def _start_strand(self, call: Coroutine, future: Future, *, at_once: bool = False) -> Future:
        mark_started(call)
        run = self._transition.run
        run.strands += 1
        strand = Strand(run.strands, [Frame(call.code, 0, call.variables)], future)
        future.strand = strand
        (run.ready.appendleft if at_once else run.ready.append)(strand)
        return future


def _check_awaitable(value: Any) -> None:
    if not isinstance(value, Awaitable):
        raise TypeError("An asyncio.Future, a coroutine or an awaitable is required")
