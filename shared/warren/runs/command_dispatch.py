"""Carrying out committed commands: each kind goes to the outbox or to the timers. Knows no service."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from warren.contracts import messages
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
from warren.errors import InternalError
from warren.runs.durations import ConsumerCounts, Durations
from warren.runs.outbox import Outbox, RunHeader, event_messages
from warren.runs.timers import Timers
from warren.runtime.logs import get_logger
from warren.runtime.replacements import action_failed, child_failed, request_failed

log = get_logger(__name__)
workflow_log = get_logger("warren.workflow")


class Dispatcher:
    """Hands over what transitions command. `shards` counts the event queues."""

    def __init__(self, *, timers: Timers, durations: Durations, consumers: ConsumerCounts, shards: int) -> None:
        self._timers = timers
        self._consumers = consumers
        self.durations = durations
        self.shards = shards

    def outbox(self) -> Outbox:
        """For the messages of one batch."""
        return Outbox(self.durations, self._consumers, shards=self.shards)

    def carry_out(self, commands: Iterable[Command], header: RunHeader, outbox: Outbox) -> None:
        """Hand over commands whose transition is in the store. One that cannot be handed over fails in its run.

        `FinishRun` is passed over, and `ContinueAsNew`: the announcement needs the stored row (`Outbox.add_finish`). So
        is `UpsertAttributes`, which the commit has carried out.
        """
        _carry_out(commands, header, outbox, self._timers)

    def carry_out_for_others(self, commands: Iterable[Command], header: RunHeader, outbox: Outbox) -> None:
        """Hand over what an ended run has commanded about others: they know it, if they have got it before."""
        _carry_out(filter(_outlives_its_run, commands), header, outbox, self._timers)


def _carry_out(commands: Iterable[Command], header: RunHeader, outbox: Outbox, timers: Timers) -> None:
    for command in commands:
        try:
            match command:
                case DispatchAction():
                    outbox.add_action(header, command)
                case StartTimer():
                    timers.add(run_id=header.run_id, shard=header.shard, timer=command.timer, due_at=command.due_at)
                case ContinueRun():
                    outbox.add_continue(header, command)
                case StartChild():
                    outbox.add_child(header, command)
                case CancelChild():
                    outbox.add_cancel(command.run_id)
                case AnswerUpdate():
                    outbox.add_update_answer(header.run_id, command)
                case CancelActions():
                    outbox.add_stop(header.run_id, command.attempts)
                case TerminateChild():
                    outbox.add_termination(command.run_id)
                case AskRun():
                    outbox.add_request(header, command)
                case LogMessage():
                    getattr(workflow_log, command.level)(command.message, run_id=str(header.run_id))
                case UpsertAttributes() | FinishRun() | ContinueAsNew():
                    pass
                case _:
                    assert_never(command)
        except Exception as error:
            log.exception("cannot carry out a command", run_id=str(header.run_id), command=type(command).__name__)
            if (event := _failure(command, header, error)) is not None:
                for message in event_messages([(header.shard, event)]):
                    outbox.add_message(message)


def _failure(command: Command, header: RunHeader, error: Exception) -> messages.RunEvent | None:
    """What the run gets in the place of an answer, where it waits for one."""
    why = f"cannot be sent ({type(error).__name__}: {error}). This is a fault of Warren; the log has the traceback"
    match command:
        case DispatchAction():
            failed = InternalError(f"the call of {command.action} {why}")
            return action_failed(header.run_id, command.invocation, command.attempt, failed)
        case StartChild():
            failed = InternalError(f"the start of {command.workflow} {why}")
            return child_failed(header.run_id, command.invocation, failed, is_refused=True)
        case AskRun():
            failed = InternalError(f"the request to {command.run_id} {why}")
            return request_failed(header.run_id, command.invocation, failed)
        case StartTimer() | ContinueRun() | CancelChild() | TerminateChild() | CancelActions():
            return None
        case AnswerUpdate() | LogMessage() | UpsertAttributes() | FinishRun() | ContinueAsNew():
            return None
        case _:
            assert_never(command)


def finish_of(commands: Iterable[Command]) -> FinishRun | None:
    """The command that ends the run, if it is among them (it is the last one)."""
    for command in commands:
        if isinstance(command, FinishRun):
            return command
    return None


def continuation_of(commands: Iterable[Command]) -> ContinueAsNew | None:
    """The command that has another run go on in the place of this one, likewise."""
    for command in commands:
        if isinstance(command, ContinueAsNew):
            return command
    return None


def answers_among(commands: Iterable[Command]) -> list[AnswerUpdate]:
    """The answers of updates among commands."""
    return [command for command in commands if isinstance(command, AnswerUpdate)]


def _outlives_its_run(command: Command) -> bool:
    """Whether it is to be carried out also when the run that gave it has ended: it is about others."""
    return isinstance(command, AnswerUpdate | StartChild | CancelChild | TerminateChild | AskRun)
