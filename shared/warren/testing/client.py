"""The client behind `Workflow.run()` in a pytest test that names no broker: runs the workflow in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from warren.contracts.ids import new_run_id
from warren.contracts.values import encode_exception
from warren.errors import WorkflowCancelledError, WorkflowFailedError
from warren.sdk import Workflow
from warren.testing.environment import WorkflowEnvironment

_TASKS: set[asyncio.Task[Any]] = set()
"""Holds on to runs that nobody waits for, until they end."""


class InProcessHandle:
    """A run in this process."""

    def __init__(self, environment: WorkflowEnvironment, task: asyncio.Task[Any]) -> None:
        self.environment = environment
        self._task = task

    @property
    def id(self) -> UUID:
        """Its run id."""
        return self.environment.run_id

    async def result(self) -> Any:
        """Wait for its end; raises `WorkflowFailedError` with the workflow's own exception as its cause."""
        await asyncio.shield(self._task)
        try:
            return self.environment.driver.outcome()
        except WorkflowCancelledError:
            raise
        except Exception as error:
            message = f"{type(error).__qualname__}: {error}"
            raise WorkflowFailedError(message, run_id=self.id, error=encode_exception(error)) from error


class InProcessClient:
    """Starts runs in this process, one `WorkflowEnvironment` each; `key` has no effect."""

    async def start_run(
        self,
        workflow: type[Workflow],
        arguments: Mapping[str, Any],
        *,
        key: str | None = None,
        run_id: UUID | None = None,
    ) -> InProcessHandle:
        """Start a run and let it go on by itself."""
        environment = WorkflowEnvironment()
        environment.start(workflow, arguments, run_id=run_id or new_run_id())
        task = asyncio.create_task(environment.finish(workflow))
        _TASKS.add(task)
        task.add_done_callback(_TASKS.discard)
        return InProcessHandle(environment, task)
