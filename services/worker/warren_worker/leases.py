"""Promotion: an attempt that is here for long gets a lease, and its delivery is acknowledged while it goes on.

So the broker's consumer timeout never matters, a worker's end costs one lease and not the broker's timeout, and an
attempt without a lease that is in no queue is known to be lost. The coordinator has the attempt run again when
heartbeats stay away. It makes no difference whether the attempt runs or waits for its turn. Must not know how an
attempt is run.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import uuid4

from warren.contracts import messages, wire
from warren_worker.attempts import Attempt, DeliveryHold, Lease
from warren_worker.pool import Pool
from warren_worker.result_publisher import ResultPublisher

HEARTBEATS: Final = 3
"""Heartbeats in the time that a lease lasts."""


class Leases:
    """Looks after attempts that have been here for longer than `after` seconds; a lease lasts `seconds`.

    `make_room` learns how many attempts have a lease before the broker does: what is acknowledged makes room for more
    deliveries in the broker's eyes, though not in the pool.
    """

    def __init__(
        self,
        *,
        pool: Pool,
        reporter: ResultPublisher,
        after: float,
        seconds: float,
        make_room: Callable[[int], Awaitable[None]],
    ) -> None:
        self._pool = pool
        self._reporter = reporter
        self._after = after
        self.seconds = seconds
        """How long a lease lasts."""
        self._make_room = make_room
        self._worker = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:6]}"

    async def run(self) -> None:
        """Promote and send heartbeats until cancelled; run it as a task."""
        loop = asyncio.get_running_loop()
        pause = min(1.0, self._after / 2, self.seconds / HEARTBEATS / 2)
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._pool.freed.wait()
            self._pool.freed.clear()
            now = loop.time()
            await self._make_room(sum(self._is_or_will_be_leased(each, now) for each in self._pool.held))
            for attempt in self._pool.held:
                hold = attempt.hold
                if isinstance(hold, Lease):
                    if now >= hold.next_heartbeat:
                        self._send_heartbeat(attempt, self.seconds)
                elif self.is_due(attempt, now):
                    self.promote(attempt, hold)

    def _is_or_will_be_leased(self, attempt: Attempt, now: float) -> bool:
        return isinstance(attempt.hold, Lease) or self.is_due(attempt, now)

    def is_due(self, attempt: Attempt, now: float) -> bool:
        """Whether an attempt that a delivery holds is to have a lease; sooner with details, which a lease brings on."""
        assert isinstance(attempt.hold, DeliveryHold)
        here = now - attempt.hold.arrived_at
        return here >= self._after or (attempt.details is not None and here >= self.seconds / HEARTBEATS)

    def promote(self, attempt: Attempt, delivery: DeliveryHold) -> None:
        """Have the attempt hold a lease from now on, and settle its delivery once that is confirmed.

        One with a lease has it renewed.
        """
        self._reporter.publish(attempt.action, wire.dump(self.started(attempt)), delivery)
        attempt.hold = self._new_lease()

    def release(self) -> None:
        """Have the attempts with a lease that have not begun run elsewhere: their leases are over at once."""
        for attempt in self._pool.take_leased():
            self._send_heartbeat(attempt, 0.0)

    def started(self, attempt: Attempt) -> messages.ActionStarted:
        """That this worker begins to hold an attempt."""
        action = attempt.action
        return messages.ActionStarted(
            run_id=action.run_id,
            invocation=action.invocation,
            attempt=action.attempt,
            worker=self._worker,
            lease_seconds=self.seconds,
            details=attempt.details,
        )

    def heartbeat(self, attempt: Attempt, *, seconds: float | None = None) -> messages.ActionHeartbeat:
        """That it still does: the lease lasts as long as it did at first, or for `seconds`.

        The latest details are in each, so that a coordinator that has just taken the run over soon knows them.
        """
        action = attempt.action
        return messages.ActionHeartbeat(
            run_id=action.run_id,
            invocation=action.invocation,
            attempt=action.attempt,
            worker=self._worker,
            lease_seconds=self.seconds if seconds is None else seconds,
            details=attempt.details,
        )

    def _send_heartbeat(self, attempt: Attempt, seconds: float) -> None:
        event = self.heartbeat(attempt, seconds=seconds)
        attempt.hold = self._new_lease()
        self._reporter.publish(attempt.action, wire.dump(event), attempt.hold)

    def _new_lease(self) -> Lease:
        return Lease(asyncio.get_running_loop().time() + self.seconds / HEARTBEATS)
