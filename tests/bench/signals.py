"""`python -m tests.bench.signals`: how many signals arrive a second, and how long a signal or a query takes.

Private servers, one process of each service, one client. Times are the client's: from sending to the answer.
"""

from __future__ import annotations

import asyncio
import statistics
import time

from tests.bench.installation import Installation, clean_up_when_terminated, private_servers
from tests.bench.workflows import Shop

from warren.client import ClientRunHandle, Warren

ONE_RUN = 3_000
RUNS = 1_000
AT_ONCE = 200
ASKED = 500


async def measure(client: Warren) -> None:
    """Print all figures."""
    one = await client.start(Shop, 10**9)
    print(f"into one run, one after the other: {await _alone(one)}")
    print(f"into one run, {AT_ONCE} at once: {await _rate([one] * ONE_RUN):,.0f} signals/s")
    many = [await client.start(Shop, 10**9) for _ in range(RUNS)]
    print(f"into {RUNS:,} runs, {AT_ONCE} at once: {await _rate(many * 3):,.0f} signals/s")
    print(f"from a signal to the run's next action and its end: {await _to_the_end(client)}")
    asked = []
    for _ in range(ASKED):
        began = time.perf_counter()
        await one.query(Shop.paid_so_far)
        asked.append(time.perf_counter() - began)
    print(f"a query of a run that took {ONE_RUN:,} signals: {_quantiles(asked)}")


async def _alone(handle: ClientRunHandle) -> str:
    took = []
    for _ in range(ASKED):
        began = time.perf_counter()
        await handle.signal(Shop.pay, 1)
        took.append(time.perf_counter() - began)
    return _quantiles(took)


async def _rate(handles: list[ClientRunHandle]) -> float:
    slots = asyncio.Semaphore(AT_ONCE)

    async def send(handle: ClientRunHandle) -> None:
        async with slots:
            await handle.signal(Shop.pay, 1)

    began = time.perf_counter()
    await asyncio.gather(*(send(handle) for handle in handles))
    return len(handles) / (time.perf_counter() - began)


async def _to_the_end(client: Warren) -> str:
    took = []
    for _ in range(ASKED):
        handle = await client.start(Shop, 1)
        await handle.signal(Shop.hold, False)
        began = time.perf_counter()
        await asyncio.gather(handle.signal(Shop.pay, 1), handle.result())
        took.append(time.perf_counter() - began)
    return _quantiles(took)


def _quantiles(took: list[float]) -> str:
    cuts = statistics.quantiles(took, n=100)
    return f"{cuts[49] * 1_000:.1f} ms in the median, {cuts[98] * 1_000:.1f} ms at the 99th percentile"


async def measure_on(installation: Installation) -> None:
    """Measure on this installation."""
    await installation.start()
    async with Warren(installation.broker_url, installation.database_url) as client:
        await client.register(Shop)
        await measure(client)


def main() -> None:
    """Start private servers and measure."""
    clean_up_when_terminated()
    with private_servers() as servers:
        installation = Installation(servers)
        try:
            asyncio.run(measure_on(installation))
        finally:
            installation.close()


if __name__ == "__main__":
    main()
