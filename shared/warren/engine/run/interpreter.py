"""Running strands: from where one is to its next wait, through its frames, handlers and returns.

This is the inner loop of the engine. A strand that becomes ready is taken from the run's queue, in the order in which
asyncio would take its task, and runs until everything waits or the transition has given its 1,000 commands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, assert_never

from warren.contracts.messages import RunStatus
from warren.engine.commands import ContinueRun
from warren.engine.guarded.guards import Guards
from warren.engine.run.asyncio_errors import CancelledError
from warren.engine.run.cancellation import Cancellation
from warren.engine.run.completion import Completion
from warren.engine.run.contexts import Contexts
from warren.engine.run.ending import Ending
from warren.engine.run.scheduling import Scheduler
from warren.engine.run.sizes import size_of
from warren.engine.run.tasks import Tasks
from warren.engine.run.transition import Transition
from warren.engine.run.updates import Updates
from warren.engine.values.calls import Awaitable, Coroutine, SleepCall
from warren.engine.values.code import NodeCode, Step
from warren.engine.values.futures import (
    Answers,
    Callback,
    Frame,
    Future,
    FutureState,
    Launch,
    Notice,
    Settle,
    Strand,
    TaskGroup,
    Timeout,
)
from warren.engine.values.known_classes import ends_the_process
from warren.engine.values.limits import MAX_STATE_BYTES, Stop
from warren.errors import ContinuesAsNew, LimitExceeded

_MEASURE_AFTER = 1024 * 1024


class Interpreter:
    """Advances the run of the transition that is under way."""

    __slots__ = (
        "_cancellation",
        "_completion",
        "_contexts",
        "_ending",
        "_guards",
        "_scheduler",
        "_takes_requests",
        "_tasks",
        "_transition",
        "_updates",
    )

    def __init__(
        self,
        transition: Transition,
        completion: Completion,
        cancellation: Cancellation,
        contexts: Contexts,
        tasks: Tasks,
        scheduler: Scheduler,
        ending: Ending,
        updates: Updates,
        guards: Guards,
        *,
        takes_requests: bool,
    ) -> None:
        self._transition = transition
        self._completion = completion
        self._cancellation = cancellation
        self._contexts = contexts
        self._tasks = tasks
        self._scheduler = scheduler
        self._ending = ending
        self._updates = updates
        self._guards = guards
        self._takes_requests = takes_requests

    def advance(self, *, at_once: bool = True) -> None:
        """Run everything that is ready; ask for a `ContinuationDue` where the transition is full, or not `at_once`."""
        transition, scheduler = self._transition, self._scheduler
        run = transition.run
        ready = run.ready
        try:
            while (ready or (run.watchers and self._look())) and run.status is RunStatus.RUNNING:
                if transition.is_full or not at_once:
                    self._ask_to_continue()
                    return
                unit = ready.popleft()
                if isinstance(unit, Strand):
                    self._resume(unit)
                elif isinstance(unit, Notice):
                    self._notify(unit)
                elif isinstance(unit, Launch):
                    scheduler.launch(unit)
                elif isinstance(unit, Settle):
                    self._settle(unit)
                elif not scheduler.start_children(unit):
                    ready.appendleft(unit)
        except BaseException as error:  # noqa: BLE001 - what is not the run's own is raised again there
            self._ending.over(error)
        if run.status is RunStatus.RUNNING and self._is_stuck():
            self._ending.failed(RuntimeError("deadlock: the workflow waits for something that cannot happen any more"))
        self.account()

    def _look(self) -> bool:
        """Wake what waits for a condition that holds by now; whether there was any."""
        run = self._transition.run
        waiting, run.watchers = run.watchers, []
        for future, holds in waiting:
            if future.state is not FutureState.PENDING:
                continue
            try:
                is_true = bool(holds())
            except (Stop, RecursionError, MemoryError):
                raise
            except Exception as error:  # noqa: BLE001 - of the user's function, for who waits
                self._completion.fail(future, error)
                continue
            if is_true:
                self._completion.complete(future, FutureState.DONE, None)
            else:
                run.watchers.append((future, holds))
        return bool(run.ready)

    def _settle(self, settle: Settle) -> None:
        """The turn of a future that was as good as complete."""
        future = settle.future
        if future.must_cancel is None:
            self._completion.complete(future, settle.state, settle.value)
        else:
            self._completion.complete(future, FutureState.CANCELLED, future.must_cancel)

    def _notify(self, notice: Notice) -> None:
        """The turn of a waiter of a future that is complete."""
        match notice.waiter:
            case Timeout() as timeout:
                self._cancellation.expire(timeout)
            case TaskGroup() as group:
                self._contexts.task_done(group, notice.future)
            case Future() as waiter:  # it waits for the end alone
                self._completion.complete(waiter, FutureState.DONE, None)
            case Callback(function):
                self._tasks.call(function, notice.future)
            case Answers() if isinstance(notice.future.value, ContinuesAsNew):
                self._ending.failed(notice.future.value)
            case Answers(number):
                self._updates.ended(number, notice.future)
            case (gather, index):
                self._completion.child_done(gather, index, notice.future)
            case other:
                assert_never(other)

    def account(self) -> None:
        """Add what the transition made to the run's cost; measure the run once that is much, and end it if it is too
        large. Measuring takes as long as the run is large, so it waits until that much more was made.
        """
        run = self._transition.run
        made = 100 + self._guards.budget.used
        run.cost += made
        run.unmeasured += made
        if (
            run.unmeasured < max(_MEASURE_AFTER, (run.cost - run.unmeasured) // 2)
            or run.status is not RunStatus.RUNNING
        ):
            return
        run.cost, run.unmeasured = size_of(run), 0
        if run.cost > MAX_STATE_BYTES:
            self._ending.failed(
                LimitExceeded(
                    f"the run holds more than {MAX_STATE_BYTES // 1024 // 1024} MiB of values; keep large data outside "
                    "and pass references to it"
                )
            )

    def _ask_to_continue(self) -> None:
        run = self._transition.run
        if not run.continuing:
            run.continues += 1
            run.continuing = True
            self._transition.commands.append(ContinueRun(run.continues))

    def _is_stuck(self) -> bool:
        run = self._transition.run
        waits = run.ready or run.pending or run.children or run.asked or run.timers or run.continuing
        return not (waits or self._takes_requests)

    # one strand

    def begin(self, strand: Strand, coroutine: Coroutine, initialise: Callable[[], Any] | None) -> None:
        """Make a strand ready that first initialises `self` and then runs a coroutine."""
        self._transition.current = strand
        try:
            if initialise is not None:
                initialise()
        except (RecursionError, MemoryError) as error:
            self._ending.over(error)
        except Exception as error:  # noqa: BLE001 - the user's __init__ may raise anything; the run fails with it
            self._ending.failed(error)
        except BaseException as error:  # noqa: BLE001 - the same
            self._ending.over(error)
        else:
            strand.frames.append(Frame(coroutine.code, 0, coroutine.variables))
            self._transition.run.ready.append(strand)

    def _resume(self, strand: Strand) -> None:
        self._transition.current = strand
        frame: Frame | None = strand.frames[-1]
        assert frame is not None
        future, strand.waits_for = strand.waits_for, None
        injected, strand.inject = strand.inject, None
        if injected is not None:
            error = None if future is None or future.state is FutureState.DONE else future.value
            frame = self._unwind(strand, error if isinstance(error, CancelledError) else injected)
        elif future is not None:
            if future.state is FutureState.DONE:
                _deliver(frame, future.value)
            else:
                frame = self._unwind(strand, future.value)
        if frame is not None:
            self._execute(strand, frame)
            self._transition.encodings.turn += 1

    def _execute(self, strand: Strand, frame: Frame) -> None:
        """Run the strand until it waits or ends."""
        current: Frame | None = frame
        while current is not None:
            try:
                current = self._run_frame(strand, current)
            except (Stop, RecursionError, MemoryError):
                raise
            except BaseException as error:  # the workflow's own exceptions, CancelledError included
                if ends_the_process(error):
                    raise
                current = self._unwind(strand, error)

    def _run_frame(self, strand: Strand, frame: Frame) -> Frame | None:
        """Run one frame to its next change: another frame (returned), a wait or the strand's end (None)."""
        nodes, variables = frame.code.nodes, frame.variables
        while True:
            node = nodes[frame.node]
            step = node.step
            if step is Step.GO:
                frame.node = node.run(variables)  # type: ignore[misc]  # GO nodes have code
            elif step is Step.AWAIT:
                awaitable = node.run(variables)  # type: ignore[misc]  # AWAIT nodes have code
                if isinstance(awaitable, Coroutine):
                    return self._call(strand, awaitable)
                if not self._wait(strand, frame, node, awaitable):
                    return None
            elif step is Step.JUMP:
                frame.node = node.next
            elif step is Step.RETURN:
                return self._return(strand, node.run(variables))  # type: ignore[misc]  # RETURN nodes have code
            elif step is Step.SWITCH:
                frame.node = node.targets[variables[node.slot]]
            else:
                raise variables[node.slot]

    def _call(self, strand: Strand, coroutine: Coroutine) -> Frame:
        if coroutine.started:
            raise RuntimeError("cannot reuse already awaited coroutine")
        coroutine.started = True
        if len(strand.frames) >= 900:
            raise RecursionError("maximum recursion depth exceeded")
        frame = Frame(coroutine.code, 0, coroutine.variables)
        strand.frames.append(frame)
        return frame

    def _wait(self, strand: Strand, frame: Frame, node: NodeCode, awaitable: Any) -> bool:
        """Start waiting; whether the result is there already and the frame can go on."""
        if not isinstance(awaitable, Awaitable):
            raise TypeError(f"object {type(awaitable).__name__} can't be used in 'await' expression")
        future = self._scheduler.start(awaitable)
        if future.state is FutureState.PENDING:
            strand.waits_for, strand.since = future, self._transition.now
            future.waiters.append(strand)
            if strand.inject is not None and self._cancellation.cancel(future, strand.inject):
                strand.inject = None  # it cancelled itself on the way here
            return False
        if isinstance(awaitable, SleepCall):  # sleep(0): let the others go first
            strand.waits_for = future
            self._transition.run.ready.append(strand)
            return False
        if future.state is not FutureState.DONE:
            raise future.value
        _deliver(frame, future.value)
        return True

    def _return(self, strand: Strand, value: Any) -> Frame | None:
        strand.frames.pop()
        if strand.frames:
            frame = strand.frames[-1]
            _deliver(frame, value)
            return frame
        if strand.inject is not None:
            self._end_with(strand, strand.inject)
        elif strand is self._transition.run.main:
            self._ending.completed(value)
        elif strand.future is not None:
            self._completion.complete(strand.future, FutureState.DONE, value)
        return None

    def _unwind(self, strand: Strand, error: BaseException) -> Frame | None:
        """Take an exception to the handler of the innermost frame that has one; None when it ends the strand."""
        error.__traceback__ = None
        error.__context__ = None
        frames = strand.frames
        while frames:
            frame = frames[-1]
            node = frame.code.nodes[frame.node]
            if node.handler >= 0:
                frame.variables[node.error_slot] = error
                frame.node = node.handler
                return frame
            frames.pop()
            if isinstance(error, StopIteration):
                cause, error = error, RuntimeError("coroutine raised StopIteration")
                error.__cause__ = cause
        self._end_with(strand, error)
        return None

    def _end_with(self, strand: Strand, error: BaseException) -> None:
        if strand is self._transition.run.main:
            self._ending.failed(error)
        elif strand.future is not None:
            self._completion.fail(strand.future, error)


def _deliver(frame: Frame, value: Any) -> None:
    node = frame.code.nodes[frame.node]
    if node.slot >= 0:
        frame.variables[node.slot] = value
    frame.node = node.next
