"""Services with nothing to do must cost next to nothing."""

from __future__ import annotations

import asyncio
import time

import pytest
from tests.bench.installation import Installation, private_servers
from tests.bench.metering import Meter, Reading
from tests.bench.targets import WarrenTarget

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(240)]
_SECONDS = 20.0
_LOOKS = 3
_PERCENT = 1.0
_TRANSACTIONS = 5.0
_USUAL_SECONDS = 0.042
"""What `_slowness` works for on the machine that the limits are for."""


def _slowness() -> float:
    """How many times as long as there some work takes here and now, at its best; 1 for a faster machine."""
    best = float("inf")
    for _ in range(10):
        begun = time.process_time()
        sum(number * number for number in range(1_000_000))
        best = min(best, time.process_time() - begun)
    return max(1.0, best / _USUAL_SECONDS)


async def test_idle_services_take_less_than_one_percent_of_a_core_and_five_transactions_a_second() -> None:
    """Idle is what they are in one look of three: work ends when it ends, and whoever polls never does."""
    looks = []
    with private_servers() as servers:
        installation = Installation(servers)
        target = WarrenTarget(installation.broker_url)
        try:
            await installation.start()
            await target.open()
            await target.chains(20, 5)  # what is only set up by work is there, too
            await target.close()
            services = {service.name: [service.pid] for service in installation.services}
            meter = Meter(servers, services, with_client=False)
            before = await meter.read()
            while len(looks) < _LOOKS and not any(looks):
                await asyncio.sleep(_SECONDS)
                after = await meter.read()
                looks.append(_is_idle(before, after, list(services)))
                before = after
            await meter.close()
        finally:
            installation.close()
    assert any(looks)


def _is_idle(before: Reading, after: Reading, services: list[str]) -> bool:
    cpu = {name: (after.cpu[name] - before.cpu[name]) / _SECONDS * 100 for name in services}
    transactions = (after.transactions - before.transactions) / _SECONDS
    slowness = _slowness()
    print(f"percent of a core: {cpu}; transactions a second: {transactions:.2f}; slowness: {slowness:.2f}")
    return sum(cpu.values()) < _PERCENT * slowness and transactions < _TRANSACTIONS
