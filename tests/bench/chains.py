"""`python -m tests.bench.chains [SIGNALS]`: one run that takes very many signals, a thousand or so in each history.

Private servers, one process of each service. The coordinator's memory must not grow with the number of signals.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from tests.bench.installation import Installation, clean_up_when_terminated, private_servers
from tests.bench.workflows import Counter

from warren.client import Warren

_AT_ONCE = 200
_PARTS = 5


async def measure(client: Warren, coordinator: int, signals: int) -> None:
    """Print the rate and the coordinator's memory after each part of the signals, and check the result."""
    handle = await client.start(Counter)
    part = signals // _PARTS
    for number in range(1, _PARTS + 1):
        began = time.perf_counter()
        for _ in range(part // _AT_ONCE):
            await asyncio.gather(*(handle.signal(Counter.amounts, 1) for _ in range(_AT_ONCE)))
        rate = part / (time.perf_counter() - began)
        print(f"{number * part:>8,} signals: {rate:,.0f}/s, coordinator {_resident(coordinator):.0f} MB", flush=True)
    await handle.signal(Counter.amounts, 0)
    found = await handle.result(60)
    print(f"the last of {found[1]} runs returned {found[0]:,}")


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


async def measure_on(installation: Installation, signals: int) -> None:
    """Measure on this installation."""
    await installation.start()
    coordinator = next(each for each in installation.services if "coordinator" in each.name)
    async with Warren(installation.broker_url, installation.database_url) as client:
        await client.register(Counter)
        await measure(client, coordinator.pid, signals)


def main() -> None:
    """Start private servers and measure."""
    clean_up_when_terminated()
    with private_servers() as servers:
        installation = Installation(servers)
        try:
            asyncio.run(measure_on(installation, int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
        finally:
            installation.close()


if __name__ == "__main__":
    main()
