"""A short chaos run on private servers; `make chaos` runs longer ones, with every kind of fault."""

from __future__ import annotations

import pytest
from tests.chaos.running import run_chaos

from warren.contracts.topology import QueueType

KINDS = [
    "kill at a named point",
    "delete RabbitMQ's data",
    "meddle with events",
    "network black hole",
    "kill everything",
    "PostgreSQL ends sessions",
    "kill at a named point",
    "RabbitMQ closes connections",
    "pause a service",
]


@pytest.mark.server
@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("queue_type", ["quorum", "classic"])
async def test_nothing_is_lost_or_doubled_whatever_breaks(queue_type: QueueType) -> None:
    report = await run_chaos(7, seconds=60.0, open_runs=15, kinds=KINDS, queue_type=queue_type)
    print(report)
    assert report.violations == []
    assert report.executions > 100
    assert len(report.injected) >= 4
