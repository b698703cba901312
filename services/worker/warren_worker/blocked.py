"""What a worker does in the watchdog's thread while an action blocks its event loop: blocking is slow, never double.

The broker keeps the connection, and so gives nothing that lies here to another worker. Whatever has a lease keeps it,
and whatever is due gets one. (Its delivery is acknowledged by the loop, later.) What the broker has sent since, which
nobody here has read, can have no lease: so the coordinators are informed that there is a blocked worker, and take
nothing for lost meanwhile. Must not know how an attempt is run.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any, Final

from warren.contracts import messages, names
from warren.ports import Broker, OutgoingMessage
from warren.runs.outbox import event_messages
from warren.runtime.loop_watchdog import context_of
from warren.sdk.context import current_context
from warren_worker.attempts import Attempt, Lease
from warren_worker.leases import HEARTBEATS, Leases
from warren_worker.pool import Pool
from warren_worker.result_publisher import ResultPublisher

_REPORT_SECONDS: Final = 2.0
"""How often the coordinators are informed, or more often where they check more often."""
_BLOCKED: Final = OutgoingMessage(names.DEFAULT_EXCHANGE, names.BLOCKED_QUEUE, b"", mandatory=False, persistent=False)


class BlockedLoop:
    """The watchdog's `keep_alive`. `check_seconds` is how often a coordinator checks for what is lost."""

    def __init__(
        self, *, broker: Broker, pool: Pool, reporter: ResultPublisher, leases: Leases, check_seconds: float
    ) -> None:
        self._broker = broker
        self._pool = pool
        self._reporter = reporter
        self._leases = leases
        self._report_seconds = min(check_seconds / 2, _REPORT_SECONDS)
        self._reported_at = float("-inf")
        self._heartbeat_at: dict[Attempt, float] = {}

    def keep_alive(self, _: float) -> None:
        """One heartbeat, with what has to be said now. From another thread."""
        now = time.monotonic()  # what the loop's own time is; uvloop's stands still with it
        held = {*self._pool.held, *self._reporter.leased}
        due = [each for each in held if self._is_due(each, now)]
        outgoing = event_messages([(each.action.shard, self._heartbeat(each)) for each in due])
        if is_report_due := now >= self._reported_at + self._report_seconds:
            outgoing.append(_BLOCKED)
        if not self._broker.keep_alive(outgoing):
            return
        if is_report_due:
            self._reported_at = now
        self._heartbeat_at = {each: at for each, at in self._heartbeat_at.items() if each in held} | dict.fromkeys(
            due, now
        )

    def _is_due(self, attempt: Attempt, now: float) -> bool:
        hold = attempt.hold
        if not isinstance(hold, Lease) and not self._leases.is_due(attempt, now):
            return False
        return now >= self._heartbeat_at.get(attempt, float("-inf")) + self._leases.seconds / HEARTBEATS

    def _heartbeat(self, attempt: Attempt) -> messages.ActionStarted | messages.ActionHeartbeat:
        if attempt.is_leased or attempt in self._heartbeat_at:
            return self._leases.heartbeat(attempt)
        return self._leases.started(attempt)


def describe_action(task: asyncio.Task[Any] | None) -> Mapping[str, object]:
    """The action that a task runs, or was started by, for the log; from another thread."""
    variables = None if task is None else context_of(task)
    action = None if variables is None else variables.get(current_context)
    if action is None:
        return {}
    return {
        "action": action.action,
        "run_id": str(action.run_id),
        "invocation": action.invocation,
        "attempt": action.attempt,
    }
