"""`action_context()`: what an action may know about the attempt that it is. Set around each call, never shared."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ActionContext:
    """The attempt that is running. `invocation` and `attempt` count from 1.

    `action` is the registry key, `module:name`. `deadline` (UTC) is when the attempt times out; None without a timeout.
    `trace` is the W3C traceparent of the run, which continues in the runs that the action starts.
    """

    run_id: UUID
    workflow: str
    invocation: int
    attempt: int
    action: str
    deadline: datetime | None = None
    trace: str | None = None

    @property
    def idempotency_key(self) -> str:
        """Identical for every attempt of this invocation, and unique to it. Pass it to external systems."""
        return f"{self.run_id}:{self.invocation}"


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
