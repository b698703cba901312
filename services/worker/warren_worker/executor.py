"""Performing one attempt: the user's function is called and what comes of it is reported. Never raises, but for
cancellation: whatever a function does becomes an event. Must not know queues or concurrency.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Final

from warren.contracts import rendering
from warren.contracts.messages import Json, RunAction
from warren.contracts.rendering import action_deferred, action_failed, action_succeeded
from warren.errors import ActionNotRegistered, WorkerLost
from warren.runtime.logs import Level, get_logger, level_number
from warren.runtime.telemetry import Telemetry
from warren.sdk import invoke
from warren.sdk.attempt_failures import failure_of
from warren.sdk.attempt_handle import AttemptHandle
from warren.sdk.built_in_actions import BUILT_IN
from warren.sdk.context import ActionContext, CompleteLater
from warren.sdk.definitions import ActionDefinition
from warren.sdk.registry import ActionRegistry
from warren_worker.attempts import Attempt

log = get_logger(__name__)

_TEXT_LIMIT: Final = 1_000
_INTERNAL: Final = frozenset({__file__, rendering.__file__})
"""Files of ours that may stand above the user's function in a traceback, besides those of the SDK."""


class Executor:
    """Performs attempts of the registry's actions. `modules` are what the user started the worker with."""

    def __init__(
        self,
        *,
        registry: ActionRegistry,
        modules: Sequence[str],
        report: Callable[[Attempt, bytes], None],
        telemetry: Telemetry,
        error_level: Level = "warning",
    ) -> None:
        self._registry = registry
        self._modules = modules
        self._report = report
        self._telemetry = telemetry
        self._error_level = level_number(error_level)

    async def perform(self, attempt: Attempt) -> None:
        """Run it and report its result or its error."""
        action = attempt.action
        start = perf_counter()
        try:
            if self._telemetry.enabled:
                result = await self._invoke_traced(attempt)
            else:
                result = await self._invoke(attempt)
            event = action_succeeded(action, result, (perf_counter() - start) * 1000)
        except asyncio.CancelledError:
            raise
        except CompleteLater:
            self._report(attempt, action_deferred(action, (perf_counter() - start) * 1000, attempt.details))
        except BaseException as error:  # noqa: BLE001 - the boundary: what the user's code raises is the attempt's outcome
            self._fail(attempt, error, (perf_counter() - start) * 1000)
        else:
            self._report(attempt, event)

    def end(self, attempt: Attempt, error: asyncio.CancelledError) -> None:
        """Report an attempt whose function has cancelled the task that it runs in."""
        self._fail(attempt, error, 0.0)

    def _fail(self, attempt: Attempt, error: BaseException, milliseconds: float) -> None:
        failure = failure_of(attempt.action.action, error, internal=_INTERNAL)
        event = action_failed(attempt.action, failure, milliseconds, attempt.details)
        self._log_failure(attempt.action, failure, milliseconds)
        self._report(attempt, event)

    def give_up(self, attempt: Attempt, deliveries: int) -> None:
        """Report an attempt that must not be tried again."""
        error = WorkerLost(
            f"giving up on action {attempt.action.action!r}: {deliveries} times a worker received it and ended without "
            "an answer (killed, out of memory, or crashed in native code)"
        )
        self._report(attempt, action_failed(attempt.action, error))

    def _log_failure(self, action: RunAction, error: Exception, milliseconds: float) -> None:
        names = {
            "action": action.action,
            "run_id": str(action.run_id),
            "workflow": action.workflow,
            "invocation": action.invocation,
            "attempt": action.attempt,
        }
        text = f"{type(error).__name__}: {_text_of(error)}".removesuffix(": ")
        log.log(self._error_level, "action failed", **names, error=text, duration_ms=round(milliseconds, 3))
        log.debug("traceback of the failed action", **names, exc_info=error)

    async def _invoke_traced(self, attempt: Attempt) -> Json:
        action = attempt.action
        with self._telemetry.attempt_span(
            action.action,
            trace=action.trace,
            run_id=action.run_id,
            invocation=action.invocation,
            attempt=action.attempt,
        ):
            return await self._invoke(attempt)

    async def _invoke(self, attempt: Attempt) -> Json:
        action = attempt.action
        attempt.handle = handle = AttemptHandle(action.details)
        context = ActionContext(
            action.run_id,
            action.workflow,
            action.invocation,
            action.attempt,
            action.action,
            trace=action.trace,
            handle=handle,
        )
        return await invoke.invoke_definition(
            self._definition(action.action), action.args, action.kwargs, context, action.timeout_seconds
        )

    def _definition(self, key: str) -> ActionDefinition:
        definition = self._registry.definition(key)
        if definition is not None:
            return definition
        if key in BUILT_IN:
            return BUILT_IN[key]
        module, _, _ = key.partition(":")
        have = ", ".join(self._modules) or "none"
        raise ActionNotRegistered(
            f"this worker has no action {key!r}; it was started with the modules: {have}. Start a worker with "
            f"{module!r}, or give the action a queue of its own that only such workers consume"
        )


def _text_of(error: Exception) -> str:
    try:
        return str(error)[:_TEXT_LIMIT]
    except Exception as own:  # noqa: BLE001 - the user's `__str__` may raise anything
        return f"(its text cannot be shown: {type(own).__name__})"
