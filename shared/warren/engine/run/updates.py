"""Updates under way: each is answered once, when its method has ended, or at the run's end."""

from __future__ import annotations

from typing import Any

from warren.contracts.limits import encode_error
from warren.contracts.messages import RequestReply, RunStatus
from warren.engine.commands import AnswerUpdate
from warren.engine.guarded.guards import Guards
from warren.engine.run.failures import encoded_failure, weighed
from warren.engine.run.state import PendingUpdate
from warren.engine.run.transition import Transition
from warren.engine.values.futures import Future, FutureState
from warren.errors import RunEnded

MAX_REPLIES = 10
"""So many wait for one update's answer; who asks then takes the place of the first of them."""


class Updates:
    """Answers the updates of the run of the transition that is under way."""

    __slots__ = ("_guards", "_transition")

    def __init__(self, transition: Transition, guards: Guards) -> None:
        self._transition = transition
        self._guards = guards

    def returned(self, number: int, value: Any) -> None:
        """An update's method has returned."""
        pending = self._transition.run.updates.get(number)
        if pending is None:
            return
        try:
            result = self._guards.payload(value, f"the result of the update {pending.name!r}")
        except Exception as error:  # noqa: BLE001 - a result that cannot be sent
            self.raised(number, error)
        else:
            self._answer(number, result=result)

    def raised(self, number: int, error: BaseException) -> None:
        """An update's method has raised."""
        self._answer(number, error=encoded_failure(weighed(self._guards, error)))

    def ended(self, number: int, future: Future) -> None:
        """The task of an update has ended."""
        if future.state is FutureState.DONE:
            self.returned(number, future.value)
        else:
            self.raised(number, future.value)

    def abandon(self, status: RunStatus) -> None:
        """The run ends, and nothing more of it will run."""
        run = self._transition.run
        for number, pending in list(run.updates.items()):
            text = f"the run {run.run_id} ended ({status}) before its update {pending.name!r} had"
            if run.successor is not None:
                text += f"; the run {run.successor.run_id} goes on in its place"
            self._answer(number, error=encode_error(RunEnded(text)))

    def _answer(self, number: int, *, result: Any = None, error: Any = None) -> None:
        run = self._transition.run
        pending = run.updates.pop(number, None)
        if pending is None:
            return
        if number in run.requests:
            run.answered[number] = run.seq
        self._transition.commands.append(AnswerUpdate(pending.id, result, error, tuple(pending.replies)))


def add_reply(pending: PendingUpdate, reply: RequestReply | None) -> bool:
    """Somebody waits for the answer of an update; whether that is news."""
    if reply is None or (place := (reply.reply_to, reply.correlation_id)) in pending.replies:
        return False
    pending.replies.append(place)
    del pending.replies[:-MAX_REPLIES]
    return True
