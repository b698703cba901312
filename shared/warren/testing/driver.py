"""`EngineDriver`: one run of the real engine, fed by hand. All that drives the engine in a test goes through here.

It is pure: no clock, no tasks, no actions. Its user says what happened, in any order, and when. Must not know
how an action is carried out.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, assert_never
from uuid import UUID, uuid4

from warren.contracts.carried import Carried
from warren.contracts.ids import derived_run_id
from warren.contracts.imported_types import ImportedTypes
from warren.contracts.limits import encode_error
from warren.contracts.messages import (
    ActionAnswered,
    ActionDeferred,
    ActionFailed,
    ActionHeartbeat,
    ActionProgressed,
    ActionStarted,
    ActionSucceeded,
    CancelRequested,
    ChildFinished,
    ChildStarted,
    ContinuationDue,
    Details,
    EventRejected,
    LeaseExpired,
    PauseRequested,
    QueryAsked,
    RequestAnswered,
    RequestReply,
    ResumeRequested,
    RunEvent,
    RunStarted,
    RunStatus,
    SignalReceived,
    TerminateRequested,
    TimerDue,
    UpdateRequested,
)
from warren.contracts.run_views import RunView
from warren.contracts.values import Json, decode, encode
from warren.engine import (
    AnswerUpdate,
    AskRun,
    CancelActions,
    CancelChild,
    Command,
    ContinueAsNew,
    ContinueRun,
    Decision,
    DispatchAction,
    Executable,
    FinishRun,
    LogMessage,
    Refusal,
    RunState,
    StartChild,
    StartTimer,
    TerminateChild,
    UpsertAttributes,
    answer_query,
    apply,
    must_begin,
    restore,
    start_run,
    state_of,
    take_snapshot,
)
from warren.sdk import Workflow, bind_arguments
from warren.testing.elsewhere import attempt_of
from warren.testing.failures import failure_of_run
from warren.testing.histories import Transition
from warren.testing.programs import encode_input, executable_of

DEFAULT_START = datetime(2026, 1, 1, tzinfo=UTC)


class EngineDriver:
    """One run, driven event by event. `now` is the virtual time of the next event; set it, or let `fire` advance it.

    `actions`, `children`, `asked` (of other runs) and `timers` are the outstanding requests by number, `continues` the
    numbers of the expected `ContinuationDue` events. They include requests that the run no longer waits for;
    `state.is_pending` tells. `answers` are those of updates, by their ids. `history` has every transition, `ignored`
    the events that changed nothing.
    """

    def __init__(
        self,
        executable: Executable,
        arguments: dict[str, Json],
        *,
        run_id: UUID | None = None,
        now: datetime | None = None,
        attributes: Mapping[str, Json] | None = None,
        carried: Carried | None = None,
    ) -> None:
        """Start a run; `arguments` are tagged JSON by parameter name, `attributes` checked ones by theirs.

        Raises:
            InvalidInput: they do not fit `run()`.
        """
        self.now = now or DEFAULT_START
        self.executable = executable
        self.actions: dict[int, DispatchAction] = {}
        self.children: dict[int, StartChild] = {}
        self.asked: dict[int, AskRun] = {}
        self.timers: dict[int, StartTimer] = {}
        self.continues: list[int] = []
        self.answers: dict[str, AnswerUpdate] = {}
        self.history: list[Transition] = []
        self.ignored: list[RunEvent] = []
        self.on_transition: list[Callable[[], None]] = []
        """Called after each transition."""
        self._due: list[tuple[datetime, int]] = []
        self._raised: list[Json] = []
        run_id = run_id or derived_run_id(self.now, executable.workflow)
        more: Any = {"attributes": dict(attributes) if attributes else None, "carried": carried}
        self.state, commands = start_run(executable, run_id=run_id, input=arguments, at=self.now, **more)
        self._record(RunStarted(run_id=run_id, version=executable.version, input=arguments, **more), commands)

    @classmethod
    def of(cls, workflow: type[Workflow], *args: Any, **kwargs: Any) -> EngineDriver:
        """Start a run of a workflow class with Python arguments."""
        return cls(executable_of(workflow), encode_input(workflow, bind_arguments(workflow, *args, **kwargs)))

    @property
    def run_id(self) -> UUID:
        """The id of the run."""
        return self.state.run_id

    @property
    def is_finished(self) -> bool:
        """Whether the run came to its end."""
        return self.state.status is not RunStatus.RUNNING

    def apply(self, event: RunEvent) -> list[Command] | None:
        """Feed any event; None when it changed nothing."""
        if must_begin(self.executable, self.state, event):
            self.go_on()
        decision = apply(self.executable, self.state, event, self.now)
        if decision is None:
            self.ignored.append(event)
            return None
        if isinstance(decision, Refusal):
            raise decision.error
        self._record(*decision)
        return decision.commands

    def succeed(self, invocation: int, value: Any = None) -> list[Command] | None:
        """An outstanding action returned `value`."""
        return self.succeed_encoded(invocation, encode(value))

    def succeed_encoded(self, invocation: int, result: Json) -> list[Command] | None:
        """An outstanding action returned the encoded `result`."""
        action = self.actions.pop(invocation)
        return self.apply(
            ActionSucceeded(run_id=self.run_id, invocation=invocation, attempt=action.attempt, result=result)
        )

    def fail(self, invocation: int, error: BaseException, *, details: Details | None = None) -> list[Command] | None:
        """An outstanding action raised `error`; `details` are those of its last heartbeat."""
        action = self.actions.pop(invocation)
        encoded = encode_error(error, with_traceback=True)
        self._raised.append(encoded)
        return self.apply(
            ActionFailed(
                run_id=self.run_id, invocation=invocation, attempt=action.attempt, error=encoded, details=details
            )
        )

    def defer(self, invocation: int, *, details: Details | None = None) -> list[Command] | None:
        """An outstanding action raised `CompleteLater`."""
        action = self.actions.pop(invocation)
        return self.apply(
            ActionDeferred(run_id=self.run_id, invocation=invocation, attempt=action.attempt, details=details)
        )

    def answer_elsewhere(self, token: str, *, result: Json = None, error: Json = None) -> list[Command] | None:
        """Another system completed the attempt of a task token, with an encoded result or error."""
        return self.apply(ActionAnswered(**attempt_of(token), result=result, error=error))

    def progress_elsewhere(self, token: str, details: Json) -> list[Command] | None:
        """Another system said how far the attempt of a task token is."""
        return self.apply(ActionProgressed(**attempt_of(token), details=details))

    def end_child(self, invocation: int, ended: RunState) -> list[Command] | None:
        """An outstanding child run came to its end with this state."""
        return self._child_finished(invocation, status=ended.status, result=ended.result, error=ended.error)

    def refuse_child(self, invocation: int, error: BaseException) -> list[Command] | None:
        """The start of an outstanding child run was refused."""
        return self._child_finished(invocation, status=RunStatus.FAILED, error=encode_error(error), is_refused=True)

    def _child_finished(self, invocation: int, **ended: Any) -> list[Command] | None:
        del self.children[invocation]
        return self.apply(ChildFinished(run_id=self.run_id, invocation=invocation, **ended))

    def begin_child(self, invocation: int) -> list[Command] | None:
        """An outstanding child run is there."""
        return self.apply(ChildStarted(run_id=self.run_id, invocation=invocation))

    def answer(self, invocation: int, error: BaseException | None = None) -> list[Command] | None:
        """What the run asked another one has reached that, or was refused."""
        del self.asked[invocation]
        encoded = None if error is None else encode_error(error)
        return self.apply(RequestAnswered(run_id=self.run_id, invocation=invocation, error=encoded))

    def fire(self, timer: int | None = None) -> list[Command] | None:
        """Fire a timer, by default the earliest; `now` advances to its due time."""
        while timer is None:
            _, number = heapq.heappop(self._due)
            timer = number if number in self.timers else None
        command = self.timers.pop(timer)
        self.now = max(self.now, command.due_at)
        return self.apply(TimerDue(run_id=self.run_id, timer=timer))

    def go_on(self) -> None:
        """Feed every expected `ContinuationDue`, until there is none."""
        while self.continues:
            self.apply(ContinuationDue(run_id=self.run_id, number=self.continues.pop(0)))

    def cancel(self, reason: str | None = None) -> list[Command] | None:
        """Request the cancellation of the run."""
        return self.apply(CancelRequested(run_id=self.run_id, reason=reason))

    def terminate(self, reason: str | None = None) -> list[Command] | None:
        """End the run at once."""
        return self.apply(TerminateRequested(run_id=self.run_id, reason=reason))

    def pause(self, reason: str | None = None, *, id: str | None = None) -> list[Command] | None:  # noqa: A002
        """Have the run stand still; None when it does already."""
        return self.apply(PauseRequested(run_id=self.run_id, id=id or uuid4().hex, reason=reason))

    def resume(self, reason: str | None = None, *, id: str | None = None) -> list[Command] | None:  # noqa: A002
        """Have the run go on; None when it is not paused. Timers that came due fire again."""
        return self.apply(ResumeRequested(run_id=self.run_id, id=id or uuid4().hex, reason=reason))

    def signal(
        self,
        name: str,
        payload: Any = None,
        *,
        id: str | None = None,  # noqa: A002 - the field's word for it
    ) -> list[Command] | None:
        """Send a signal with a Python value; None when the run has taken one with this id.

        Raises:
            InvalidInput: the workflow has no such signal, or the payload does not fit it.
        """
        bound = self.executable.requests.bind_signal(name, encode(payload))
        return self.apply(SignalReceived(run_id=self.run_id, id=id or uuid4().hex, name=name, payload=bound))

    def update(
        self,
        name: str,
        arguments: Mapping[str, Any],
        *,
        id: str | None = None,  # noqa: A002 - as above
        reply: RequestReply | None = None,
    ) -> str:
        """Ask for an update with Python values; its id, under which `answers` has what comes of it.

        Raises:
            InvalidInput: the workflow has no such update, or the arguments do not fit it.
            UpdateRefused: its validator refuses it.
        """
        bound = self.executable.requests.bind_update(name, {key: encode(value) for key, value in arguments.items()})
        asked = id or uuid4().hex
        self.apply(UpdateRequested(run_id=self.run_id, id=asked, name=name, arguments=bound, reply=reply))
        return asked

    def query(self, name: str, /, **arguments: Any) -> Any:
        """Ask the run something; raises `InvalidInput` for what it has no query for, and what the query raises."""
        encoded = {key: encode(value) for key, value in arguments.items()}
        return decode(answer_query(self.executable, self.state, name, encoded, self.now), ImportedTypes())

    def view(self) -> RunView:
        """Where the run stands, as `RunHandle.state` gives it."""
        before = self._replayed(self.history[:-1]).state if self.is_finished and len(self.history) > 1 else None
        return RunView.model_validate(state_of(self.executable, self.state, before=before))

    def snapshot(self) -> Json:
        """The state as JSON data."""
        return take_snapshot(self.executable, self.state)

    def restore(self, snapshot: Json) -> None:
        """Go on from a snapshot of this run, as after an eviction; what is outstanding stays outstanding."""
        self.state = restore(self.executable, snapshot)

    def replay(self) -> EngineDriver:
        """A second run from this one's history, as after a crash."""
        return self._replayed(self.history)

    def _replayed(self, history: Sequence[Transition]) -> EngineDriver:
        first, *rest = history
        assert isinstance(first.event, RunStarted), "a history starts with RunStarted"
        more: Any = {"attributes": first.event.attributes, "carried": first.event.carried}
        again = EngineDriver(self.executable, first.event.input, run_id=self.run_id, now=first.at, **more)
        for row in rest:
            again.now = row.at
            decision = apply(self.executable, again.state, row.event, row.at, is_recorded=True)
            assert isinstance(decision, Decision), f"transition {row.seq} is none in a replay: {row.event}"
            again._record(*decision)
            again._answer(row.event)
        return again

    def outcome(self) -> Any:
        """The decoded result; raises the run's own exception (its class where that is known here).

        Raises:
            RuntimeError: the run is not finished.
        """
        if not self.is_finished:
            raise RuntimeError(f"the run {self.run_id} is not finished")
        if self.state.status is RunStatus.COMPLETED:
            return decode(self.state.result, ImportedTypes())
        raise self.failure()

    def failure(self) -> BaseException:
        """The exception with which the run ended."""
        return failure_of_run(self.state, self._raised)

    def _record(self, event: RunEvent, commands: list[Command]) -> None:
        self.history.append(Transition(self.state.seq, self.now, event, commands))
        for command in commands:
            match command:
                case DispatchAction():
                    self.actions[command.invocation] = command
                case StartChild():
                    self.children[command.invocation] = command
                case AskRun():
                    self.asked[command.invocation] = command
                case StartTimer():
                    self.timers[command.timer] = command
                    heapq.heappush(self._due, (command.due_at, command.timer))
                case ContinueRun():
                    self.continues.append(command.number)
                case AnswerUpdate():
                    self.answers[command.id] = command
                case CancelActions() | CancelChild() | TerminateChild() | LogMessage():
                    pass
                case UpsertAttributes() | FinishRun() | ContinueAsNew():
                    pass
                case _:
                    assert_never(command)
        for tell in self.on_transition:
            tell()

    def _answer(self, event: RunEvent) -> None:
        match event:
            case ActionSucceeded() | ActionFailed() | ActionDeferred() | ActionAnswered():
                waiting = self.actions.get(event.invocation)
                if waiting is not None and waiting.attempt == event.attempt:
                    del self.actions[event.invocation]
            case ChildFinished():
                self.children.pop(event.invocation, None)
            case RequestAnswered():
                self.asked.pop(event.invocation, None)
            case TimerDue():
                self.timers.pop(event.timer, None)
            case ContinuationDue():
                self.continues = [number for number in self.continues if number != event.number]
            case (
                RunStarted()
                | CancelRequested()
                | TerminateRequested()
                | PauseRequested()
                | ResumeRequested()
                | ChildStarted()
                | SignalReceived()
                | UpdateRequested()
                | QueryAsked()
                | EventRejected()
                | ActionStarted()
                | ActionHeartbeat()
                | ActionProgressed()
                | LeaseExpired()
            ):
                pass
            case _:
                assert_never(event)


__all__ = ["DEFAULT_START", "EngineDriver", "Transition", "encode_input", "executable_of"]
