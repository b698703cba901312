"""What is compared: something that runs chains and fans of `inc`. Warren here; the yardstick and peers beside it.

Must not know what is measured.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from tests.bench.workflows import Chain, Fan

from warren.adapters.rabbitmq import RabbitBroker
from warren.contracts import messages, names, wire
from warren.contracts.ids import new_run_id
from warren.contracts.messages import RunStatus
from warren.ports import OutgoingMessage, Subscription


@dataclass(slots=True)
class Outcome:
    """Wall time from the first request to the last result, in seconds, and each run's own time where it is known."""

    seconds: float
    latencies: list[float]


class Target(Protocol):
    """Runs the two shapes; raises when a result is wrong."""

    @property
    def name(self) -> str:
        """As it stands in tables."""
        ...

    async def chains(self, runs: int, steps: int) -> Outcome:
        """`runs` runs of `steps` sequential actions each, all started at once."""
        ...

    async def fan(self, width: int) -> Outcome:
        """One run: `width` actions at once, and their sum."""
        ...


class WarrenTarget:
    """Warren, through its broker port: starts pipelined, outcomes on one private queue."""

    def __init__(self, url: str, *, name: str = "warren") -> None:
        self.name = name
        self._broker = RabbitBroker(url, name="warren-bench")
        self._queue = ""
        self._replies: Subscription | None = None

    async def open(self) -> None:
        """Connect."""
        await self._broker.connect()
        self._queue = await self._broker.declare_private_queue()
        self._replies = await self._broker.subscribe(self._queue, prefetch=1000)

    async def close(self) -> None:
        """Disconnect."""
        await self._broker.close()

    async def chains(self, runs: int, steps: int) -> Outcome:
        return await self._run(Chain.short_name(), {"steps": steps}, runs, expected=steps)

    async def fan(self, width: int) -> Outcome:
        return await self._run(Fan.short_name(), {"width": width}, 1, expected=width * (width + 1) // 2)

    async def begin(self, workflow: str, arguments: dict[str, Any], runs: int) -> dict[UUID, float]:
        """Start runs; returns when each was asked for."""
        started: dict[UUID, float] = {}
        batch = []
        for _ in range(runs):
            run_id = new_run_id()
            request = messages.StartRun(workflow=workflow, input=arguments, run_id=run_id)
            body = wire.dump(request)
            batch.append(OutgoingMessage(names.COMMANDS_EXCHANGE, names.START_KEY, body, reply_to=self._queue))
            started[run_id] = 0.0
        now = time.perf_counter()
        started = dict.fromkeys(started, now)
        await self._broker.publish(batch)
        return started

    async def finish(self, started: dict[UUID, float], *, expected: object) -> list[float]:
        """Wait for all outcomes; returns seconds from request to outcome."""
        assert self._replies is not None
        latencies = []
        while started:
            deliveries = await self._replies.receive(1000)
            now = time.perf_counter()
            self._replies.ack(deliveries)
            for delivery in deliveries:
                reply = wire.load_reply(delivery.body)
                if not isinstance(reply, messages.RunFinished):
                    raise RuntimeError(f"not an outcome: {reply}")
                if reply.status is not RunStatus.COMPLETED or reply.result != expected:
                    raise RuntimeError(f"wrong outcome: {reply}")
                begun = started.pop(reply.run_id, None)
                if begun is not None:
                    latencies.append(now - begun)
        return latencies

    async def _run(self, workflow: str, arguments: dict[str, Any], runs: int, *, expected: object) -> Outcome:
        begun = time.perf_counter()
        # Outcomes may come before the last start is confirmed: read them meanwhile.
        started = await asyncio.wait_for(self.begin(workflow, arguments, runs), 120)
        latencies = await asyncio.wait_for(self.finish(started, expected=expected), 600)
        return Outcome(time.perf_counter() - begun, latencies)
