"""DBOS's side: workflows and steps in one process, PostgreSQL only. `dbos_peer.py DATABASE_URL client`."""

from __future__ import annotations

import asyncio
import sys
import time

from dbos import DBOS  # type: ignore[import-not-found]  # installed in the peer's environment only
from lines import serve


@DBOS.step()  # type: ignore[misc]
def inc(n: int) -> int:
    return n + 1


@DBOS.step()  # type: ignore[misc]
async def inc_async(n: int) -> int:
    return n + 1


@DBOS.workflow()  # type: ignore[misc]
def chain(steps: int) -> int:
    value = 0
    for _ in range(steps):
        value = inc(value)
    return value


@DBOS.workflow()  # type: ignore[misc]
async def fan_out(width: int) -> int:
    return sum(await asyncio.gather(*(inc_async(n) for n in range(width))))


def chains(runs: int, steps: int) -> float:
    begun = time.perf_counter()
    if runs == 1:
        assert chain(steps) == steps
    else:
        handles = [DBOS.start_workflow(chain, steps) for _ in range(runs)]
        assert all(handle.get_result() == steps for handle in handles)
    return time.perf_counter() - begun


def fan(width: int) -> float:
    begun = time.perf_counter()
    assert asyncio.run(fan_out(width)) == width * (width + 1) // 2
    return time.perf_counter() - begun


if __name__ == "__main__":
    DBOS(config={"name": "peer", "system_database_url": sys.argv[1], "max_executor_threads": 32, "log_level": "ERROR"})
    DBOS.launch()
    serve(chains, fan)
