"""What `run_action` means where a workflow runs as plain asyncio: attempts, timeouts and retries without the engine.

Nothing is durable here and nothing is compiled. Must not know the engine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

from warren.contracts.policies import RetryRule, is_retried, no_policy, rule_of, seconds_of
from warren.sdk.definitions import direct_call_of
from warren.sdk.invoke import call_in_time
from warren.sdk.retry import RetryPolicy

is_native: ContextVar[bool] = ContextVar("warren_native_run", default=False)
"""True while `native_run` runs a workflow: `run()` of a workflow inside it runs natively, too."""


async def run_natively(awaitable: Awaitable[Any], retry: RetryPolicy | None, timeout: float | timedelta | None) -> Any:
    """What `run_action` means: await, with a timeout for each attempt, and again after a failure that `retry` covers.

    Only the call of an action can be repeated; anything else is awaited once.
    """
    try:
        if retry is not None and not isinstance(retry, RetryPolicy):
            raise no_policy(retry)
        timeout_seconds = seconds_of(timeout)
    except (TypeError, ValueError):
        if isinstance(awaitable, Coroutine):
            awaitable.close()  # nobody will await it, and that is no news
        raise
    call = direct_call_of(awaitable)
    rule = RetryRule(1, (), 0.0) if retry is None or call is None else rule_of(retry)
    key = call[0].key if call is not None else getattr(awaitable, "__qualname__", type(awaitable).__name__)
    for attempt in range(1, rule.attempts + 1):
        current = awaitable
        try:
            if timeout_seconds is None:
                return await current
            return await call_in_time(key, timeout_seconds, lambda: current)  # noqa: B023 - called in this very turn
        except Exception as error:
            if call is None or attempt == rule.attempts or not is_retried(error, rule.retry_on):
                raise
        if rule.backoff_seconds:
            await asyncio.sleep(rule.backoff_seconds)
        direct, args, kwargs = call
        awaitable = direct(args, kwargs)
    raise AssertionError("unreachable: the last attempt returns or raises")
