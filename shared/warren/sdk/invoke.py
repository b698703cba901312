"""Running one attempt of an action: what a worker and `warren.testing` do with a `RunAction`.

Tagged JSON comes in and goes out; in between is the user's function. Must not know where the message came from, and has
no opinion on retries.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from warren.contracts.imported_types import ImportedTypes
from warren.contracts.moments import LONGEST_SECONDS, moment_after
from warren.contracts.values import Json, decode, encode
from warren.errors import ActionError, ActionNotRegistered, ActionTimeout, UnserializableValue
from warren.sdk import forks
from warren.sdk.attempt_failures import ended
from warren.sdk.context import ActionContext, CompleteLater, current_context
from warren.sdk.definitions import ActionDefinition, call_async, call_plain, is_awaitable, settled
from warren.sdk.registry import registry
from warren.sdk.timeouts import AttemptTimeout, current_timeout

_TYPES = ImportedTypes()


async def invoke_action(
    key: str,
    args: list[Json],
    kwargs: dict[str, Json],
    context: ActionContext,
    timeout_seconds: float | None = None,
) -> Json:
    """Run one attempt of the action `key` and return its result as tagged JSON.

    The timeout covers its dependencies and their clean-up, too, and begins when the function does. A plain `def` that
    times out runs on in its thread. A child process that is forked in it ends where the function ends.

    Raises:
        ActionNotRegistered: no imported module defines the action.
        ActionTimeout: it took longer than `timeout_seconds`.
        InvalidInput: an argument names a class that this process does not have.
        UnserializableValue: its result cannot be stored.
        ActionError: it called `sys.exit()`, or raised something else that is no `Exception`.
        CompleteLater: another system completes it.
        asyncio.CancelledError: the caller was cancelled.
        Exception: whatever the action raises.
    """
    definition = registry.definition(key)
    if definition is None:
        raise ActionNotRegistered(
            f"this worker has no action {key!r}; start a worker with the module {key.partition(':')[0]!r}"
        )
    return await invoke_definition(definition, args, kwargs, context, timeout_seconds)


async def invoke_definition(
    definition: ActionDefinition,
    args: list[Json],
    kwargs: dict[str, Json],
    context: ActionContext,
    timeout_seconds: float | None = None,
) -> Json:
    """The same as `invoke_action`, for a definition that need not be registered."""
    key = definition.key
    values = [decode(arg, _TYPES) for arg in args]
    named = {name: decode(arg, _TYPES) for name, arg in kwargs.items()} if kwargs else {}
    if timeout_seconds is not None:
        timeout_seconds = min(timeout_seconds, LONGEST_SECONDS) if timeout_seconds < math.inf else None
    if timeout_seconds is not None and context.deadline is None:
        context = replace(context, deadline=moment_after(datetime.now(UTC), timeout_seconds))
    generation = forks.generation
    token = current_context.set(context)
    try:
        if timeout_seconds is not None:
            result = await _call_in_time(definition, values, named, timeout_seconds)
        elif definition.injection is None and definition.is_async:
            result = await definition.func(*values, **named)
            if is_awaitable(result):
                result = await settled(result)
        else:
            result = await _call(definition, values, named)
    except CompleteLater as later:
        forks.end_child(generation, later)
        if not context.handle.has_token:
            raise ActionError(
                f"the action {key!r} raised CompleteLater, but nobody can complete it: hand over "
                "action_context().task_token first"
            ) from later
        raise
    except BaseException as error:
        forks.end_child(generation, error)
        context.handle.cancel("nobody waits for this attempt any more")
        if isinstance(error, Exception) or _is_cancelled(error):
            raise
        raise ended(key, error) from error  # our own Ctrl-C never arrives inside an action
    finally:
        current_context.reset(token)
    if forks.generation != generation:
        forks.end_child(generation)
    try:
        return encode(result)
    except UnserializableValue as error:
        raise UnserializableValue(f"the action {key!r} returned what cannot be stored: {error}") from None


def _is_cancelled(error: BaseException) -> bool:
    """Whether it is the cancellation of the task; by whom, its owner knows."""
    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling() > 0


async def call_in_time(key: str, timeout_seconds: float, call: Callable[[], Any]) -> Any:
    """Await what `call` gives, for at most `timeout_seconds`; raises `ActionTimeout` after that.

    The time that a plain `def` waits for a thread does not count. The action's own `TimeoutError` stays what it is.
    """
    try:
        async with asyncio.timeout(timeout_seconds) as scope:
            token = current_timeout.set(AttemptTimeout(scope))
            try:
                return await call()
            finally:
                current_timeout.reset(token)
    except TimeoutError as error:
        if not scope.expired():
            raise
        raise ActionTimeout(f"the action {key!r} took longer than {timeout_seconds:g} s") from error


async def _call_in_time(
    definition: ActionDefinition, args: list[Any], kwargs: dict[str, Any], timeout_seconds: float
) -> Any:
    return await call_in_time(definition.key, timeout_seconds, lambda: _call(definition, args, kwargs))


async def _call(definition: ActionDefinition, args: list[Any], kwargs: dict[str, Any]) -> Any:
    run = call_async if definition.is_async else call_plain
    if definition.injection is not None:
        return await definition.injection.call(definition.func, args, kwargs, run)
    return await run(definition.func, tuple(args), kwargs)
