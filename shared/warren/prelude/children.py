"""Other runs as workflow code has them: `await Child().start(...)` gives a `ChildRun`, `run_handle(run_id)` a `RunOf`.

The front end puts these functions for the calls (`frontend.children`). Being workflow code themselves, retries and
timeouts of children need nothing special for turns, cancellation and snapshots; under them are the few things of
`run_primitives`. Must not know how it is compiled or run.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from warren.errors import ChildTimeout, RunEnded, RunTerminated, WorkflowCancelledError
from warren.prelude.primitives import new_future, set_result
from warren.prelude.run_primitives import (
    ask_run,
    begin_child,
    checked_key,
    is_retried,
    prepare_child,
    retry_rule,
    seconds_of,
    signal_name,
)
from warren.prelude.waiting import shield


@dataclass(eq=False, repr=False)
class RunOf:
    """A run that can be sent signals and cancelled."""

    id: UUID

    async def signal(self, signal: Any, payload: Any = None) -> None:
        """Send it a signal, by the attribute of its workflow's class or by name; returns when the run has it."""
        await ask_run(self.id, "signal", signal_name(signal), payload)

    async def cancel(self, reason: str | None = None) -> None:
        """Ask for its end. A run that has ended is not changed."""
        await _cancel(self.id, reason)


@dataclass(eq=False, repr=False)
class ChildRun(RunOf):
    """A child run of this run. `id` is that of its latest attempt."""

    _prepared: Any
    _key: str | None
    _policy: str
    _rule: tuple[int, tuple[str, ...] | None, float]
    _seconds: float | None
    _outcome: Any = field(default=None, init=False)
    _run: Any = field(default=None, init=False)
    _started: Any = field(default=None, init=False)
    _pause: Any = field(default=None, init=False)
    _is_cancelled: bool = field(default=False, init=False)

    async def result(self, timeout: float | None = None) -> Any:
        """Its result, or what it raised; with `timeout`, TimeoutError after so many seconds. The child goes on."""
        if timeout is None:
            return await shield(self._outcome)
        async with asyncio.timeout(timeout):
            return await shield(self._outcome)

    async def cancel(self, reason: str | None = None) -> None:
        """Ask for its end; it is not started again."""
        self._is_cancelled = True
        if self._pause is None:
            await _cancel(self.id, reason)
        elif not self._pause.done():
            set_result(self._pause)

    def _begin(self, attempt: int, awaits_start: bool) -> None:
        key = self._key if self._key is None or attempt == 1 else f"{self._key}#{attempt}"
        self.id, self._run, self._started = begin_child(self._prepared, key, self._policy, awaits_start)

    async def _is_there(self) -> None:
        """Wait until the child run is there; raises what refused it."""
        try:
            await self._started
        except asyncio.CancelledError:
            self._run.cancel()
            raise

    async def _end(self) -> Any:
        """The outcome of the child that was begun, in time."""
        if self._seconds is None:
            return await self._last_attempt()
        try:
            async with asyncio.timeout(self._seconds) as limit:
                return await self._last_attempt()
        except TimeoutError:
            if not limit.expired():
                raise
        if self._policy == "abandon" and self._pause is None:
            ask_run(self.id, "cancel", None, "its execution timeout is over")
        raise ChildTimeout(f"the child run {self.id} did not end within its execution timeout of {self._seconds:g} s")

    async def _last_attempt(self) -> Any:
        attempts, retry_on, backoff = self._rule
        attempt = 1
        while True:
            await self._is_there()
            try:
                return await self._run
            except (WorkflowCancelledError, RunTerminated):
                raise
            except Exception as error:
                if self._is_cancelled or attempt >= attempts or not is_retried(error, retry_on):
                    raise
            if backoff:
                self._pause = new_future(backoff)
                await self._pause
                if self._is_cancelled:
                    raise WorkflowCancelledError("the child run was cancelled before it was started again")
                self._pause = None
            attempt += 1
            self._begin(attempt, True)


async def _cancel(run_id: UUID, reason: str | None) -> None:
    try:
        await ask_run(run_id, "cancel", None, reason)
    except RunEnded:
        return  # then there is nothing to end


def _child(call: Any, key: Any, policy: Any, retry: Any, timeout: Any) -> ChildRun:
    if policy not in ("terminate", "cancel", "abandon"):
        raise ValueError(f"_parent_close_policy is 'terminate', 'cancel' or 'abandon', not {policy!r}")
    rule = (1, None, 0.0) if retry is None else retry_rule(retry)
    seconds = None if timeout is None else seconds_of(timeout, "_execution_timeout")
    key = None if key is None else checked_key(key)
    return ChildRun(UUID(int=0), prepare_child(call), key, policy, rule, seconds)


async def start_child(
    call: Any,
    *,
    _key: str | None = None,
    _parent_close_policy: str = "cancel",
    _retry: Any = None,
    _execution_timeout: float | timedelta | None = None,
) -> ChildRun:
    """`Child().start(...)`: a handle, as soon as the child run is there."""
    child = _child(call, _key, _parent_close_policy, _retry, _execution_timeout)
    child._begin(1, True)
    await child._is_there()
    has_terms = _retry is not None or _execution_timeout is not None
    child._outcome = asyncio.create_task(child._end()) if has_terms else child._run
    return child


async def run_child(
    call: Any,
    *,
    _key: str | None = None,
    _parent_close_policy: str = "cancel",
    _retry: Any = None,
    _execution_timeout: float | timedelta | None = None,
) -> Any:
    """`Child().run(...)` with options: its result."""
    child = _child(call, _key, _parent_close_policy, _retry, _execution_timeout)
    has_terms = _retry is not None or _execution_timeout is not None
    child._begin(1, has_terms)
    return await (child._end() if has_terms else child._run)


def run_handle(run_id: UUID | str) -> RunOf:
    """Another run, in a workflow: `await run_handle(run_id).signal("pay", 5)`; the id may be text.

    Raises:
        ValueError: it is no UUID.
    """
    return RunOf(UUID(run_id) if isinstance(run_id, str) else run_id)
