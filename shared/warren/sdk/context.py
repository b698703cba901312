"""`action_context()`: what an action may know about the attempt that it is. Set around each call, never shared."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from warren.contracts.task_tokens import write_token
from warren.sdk.attempt_handle import AttemptHandle, CancellationEvent


class CompleteLater(BaseException):
    """Raised by an action that another system will complete, which has its `action_context().task_token`.

    It is no error, and no `Exception`, so that nothing takes it for one. The worker forgets the attempt; its timeout
    goes on. Only an action can raise it.
    """

    __warren_for_actions__ = True

    def __init__(self, *args: object) -> None:
        super().__init__(*(args or ("another system completes this action",)))


@dataclass(frozen=True, slots=True)
class ActionContext:
    """The attempt that is running. `invocation` and `attempt` count from 1.

    `action` is the registry key, `module:name`. `deadline` (UTC) is when the attempt times out; None without a timeout.
    `trace` is the W3C traceparent of the run, which continues in the runs that the action starts. `handle` is for who
    runs the attempt.
    """

    run_id: UUID
    workflow: str
    invocation: int
    attempt: int
    action: str
    deadline: datetime | None = None
    trace: str | None = None
    handle: AttemptHandle = field(default_factory=AttemptHandle, repr=False, compare=False)

    @property
    def idempotency_key(self) -> str:
        """Identical for every attempt of this invocation, and unique to it. Pass it to external systems."""
        return f"{self.run_id}:{self.invocation}"

    @property
    def task_token(self) -> str:
        """Names this attempt to another system, which completes it when the action has raised `CompleteLater`."""
        self.handle.has_token = True
        return write_token(self.run_id, self.invocation, self.attempt)

    @property
    def details(self) -> Any:
        """What the last heartbeat of an earlier attempt said, with its Python types; None without any.

        Raises:
            InvalidInput: a class in it is not imported in this process.
        """
        return self.handle.details

    def heartbeat(self, details: Any = None) -> None:
        """Say how far the attempt is: if it fails or its worker is lost, the next one finds `details` here.

        For asynchronous and plain functions, as often as you like: it sends nothing, the latest details go along with
        what the worker sends for a long action in any case.

        Raises:
            UnserializableValue: the details cannot be sent.
            ValueTooLarge: they have more than 64 KiB as JSON.
        """
        self.handle.beat(details)

    @property
    def cancelled(self) -> CancellationEvent:
        """Set when nobody waits for the attempt any more: it was cancelled, or has timed out. `await cancelled.wait()`,
        or `cancelled.is_set()` in a plain function. An asynchronous function gets `CancelledError` besides."""
        return self.handle.cancelled

    def raise_if_cancelled(self) -> None:
        """In a plain function, whose thread nobody can stop: end here if nobody waits for the attempt any more.

        Raises:
            asyncio.CancelledError: so it is.
        """
        if self.handle.reason is not None:
            raise asyncio.CancelledError(self.handle.reason)


current_context: ContextVar[ActionContext] = ContextVar("warren_action_context")


def action_context() -> ActionContext:
    """The context of the action that is running.

    Raises:
        RuntimeError: no action is running here.
    """
    context = current_context.get(None)
    if context is None:
        raise RuntimeError(
            "action_context() is only known while Warren runs an action; in a test, run the workflow with "
            "warren.testing.run_workflow, or call the action inside `with provide_action_context(...)`"
        )
    return context


@contextlib.contextmanager
def provide_action_context(context: ActionContext) -> Iterator[ActionContext]:
    """Let `action_context()` return `context` inside the `with` block; for testing an action on its own."""
    token = current_context.set(context)
    try:
        yield context
    finally:
        current_context.reset(token)
