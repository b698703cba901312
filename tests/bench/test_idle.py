"""Services with nothing to do must cost next to nothing."""

from __future__ import annotations

import asyncio
import json
import time

import pytest
from tests.bench.installation import Installation, private_servers
from tests.bench.metering import Meter, Reading
from tests.bench.targets import WarrenTarget

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(240)]
_SECONDS = 20.0
_LOOKS = 6
_PERCENT = 1.0
_TRANSACTIONS = 5.0
_USUAL_SECONDS = 110e-6
"""What `_work` takes after a sleep on the machine that the limits are for, while nothing else runs on it."""
_WAKES = 200
_DOCUMENT = {"items": [{"number": number, "text": str(number)} for number in range(30)]}


def _work() -> None:
    for _ in range(3):
        json.loads(json.dumps(_DOCUMENT))


def _slowness() -> float:
    """How many times as long as there some work takes here and now; 1 for a faster machine.

    Idle services sleep and wake up to a little work, for which the caches are cold, and colder where others work.
    """
    spent = 0.0
    for _ in range(_WAKES):
        time.sleep(0.01)
        begun = time.process_time()
        _work()
        spent += time.process_time() - begun
    return max(1.0, spent / _WAKES / _USUAL_SECONDS)


async def test_idle_services_take_less_than_one_percent_of_a_core_and_five_transactions_a_second() -> None:
    """Idle is what they are in one look of six: work ends when it ends, and whoever polls never does."""
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
