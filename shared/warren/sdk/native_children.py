"""Child runs of a workflow that runs natively, as plain asyncio: each is a task in this process.

Nothing is durable here and nothing is compiled. Must not know the engine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from warren.errors import InvalidInput, RunEnded, WorkflowCancelledError


class NativeChild:
    """A call of a workflow's `run()`. `make` makes an instance; `arguments` are those of the call, by name."""

    def __init__(self, make: Callable[[], Any], arguments: dict[str, Any]) -> None:
        self._make = make
        self._arguments = arguments
        self._runs: list[NativeRun] = []
        """They can be asked as long as somebody has a handle, which has this."""

    def begin(self) -> NativeRun:
        """Run it, from its beginning."""
        run = NativeRun(self._make(), self._arguments)
        self._runs.append(run)
        return run


class NativeRun:
    """A run that goes on as a task."""

    def __init__(self, instance: Any, arguments: dict[str, Any]) -> None:
        self._instance = instance
        self._is_cancelled = False
        self._body = asyncio.ensure_future(instance.run(**arguments))
        self.task: asyncio.Future[Any] = asyncio.ensure_future(self._outcome())

    async def _outcome(self) -> Any:
        try:
            return await self._body
        except asyncio.CancelledError:
            if not self._is_cancelled:
                raise
        raise WorkflowCancelledError("the child run was cancelled")

    def ask(self, request: str, name: str | None, value: Any) -> None:
        """Take a signal, or a request to end.

        Raises:
            RunEnded: a signal came after its end.
            InvalidInput: it has no such signal.
        """
        if request == "cancel":
            self._is_cancelled = self._body.cancel()
            return
        if self.task.done():
            raise RunEnded("the run has ended, and takes no signals")
        signal: Any = getattr(self._instance, str(name), None)
        if callable(signal):
            signal(*([] if value is None else [value]))
        elif hasattr(signal, "put_nowait"):
            signal.put_nowait(value)
        else:
            raise InvalidInput(f"the workflow has no signal {name!r}")
