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
    """One attempt of one action invocation. `deadline` (UTC) is when its timeout strikes, None without a timeout."""

    run_id: UUID
    workflow: str
    invocation: int
    attempt: int
    action: str
    deadline: datetime | None = None

    @property
    def idempotency_key(self) -> str:
        """The same for every attempt of this invocation and different from every other one's."""
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
    """Make `context` the answer of `action_context()` in the block; for testing an action by itself."""
    token = current_context.set(context)
    try:
        yield context
    finally:
        current_context.reset(token)
