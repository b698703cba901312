"""How fast the store's hot path is: `python -m tests.bench.store_path [URL]`.

Commits of 1, 16 and 256 transitions without an update (the steady state), the same with one update each, and loading.
Prints wall time per commit, this process's CPU time per commit, and rows per second. Without a URL it starts a private
server with default, durable settings.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

import uvloop
from tests.support.servers.postgres import PrivatePostgres
from tests.support.store_records import new_run, seconds, transition

from warren.adapters.postgres import PostgresRunStore
from warren.ports.store import RunUpdate, TransitionRow

SECONDS = 2.0
RUNS = 256
EVENT = '{"kind":"ActionSucceeded","invocation":17,"attempt":1,"result":{"total":1234,"items":["a","b","c"]}}'


async def measure(title: str, rows: int, work: Callable[[], Awaitable[None]]) -> None:
    for _ in range(20):
        await work()
    times: list[float] = []
    cpu, start = time.process_time(), time.perf_counter()
    while time.perf_counter() - start < SECONDS:
        before = time.perf_counter()
        await work()
        times.append(time.perf_counter() - before)
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    median, slow = statistics.median(times) * 1e6, sorted(times)[len(times) * 99 // 100] * 1e6
    print(f"{title:<28} {median:8.0f} us/call (p99 {slow:8.0f}) {cpu / len(times) * 1e6:8.0f} us CPU/call", end=" ")
    print(f"{len(times) * rows / wall:10,.0f} rows/s")


async def bench(url: str) -> None:
    store = PostgresRunStore(url, name="bench")
    await store.migrate()
    await store.connect()
    runs = [new_run().run_id for _ in range(RUNS)]
    await store.create_runs([new_run(run_id) for run_id in runs])
    seqs = dict.fromkeys(runs, 1)

    def batch(size: int) -> list[TransitionRow]:
        return [next_transition(run_id) for run_id in runs[:size]]

    def next_transition(run_id: UUID) -> TransitionRow:
        seqs[run_id] += 1
        return transition(run_id, seqs[run_id], invocation=seqs[run_id], event=EVENT)

    for size in (1, 16, 256):

        async def append(size: int = size) -> None:
            await store.commit(batch(size))

        async def append_and_update(size: int = size) -> None:
            rows = batch(size)
            await store.commit(
                rows, [RunUpdate(row.run_id, set_wake_at=True, wake_at=seconds(row.seq)) for row in rows]
            )

        await measure(f"commit {size}", size, append)
        await measure(f"commit {size} with updates", size, append_and_update)

    async def create() -> None:
        await store.create_runs([new_run() for _ in range(16)])

    async def load() -> None:
        await store.load_runs(fresh)

    await measure("create 16 runs", 16, create)
    fresh = [new_run().run_id for _ in range(16)]
    await store.create_runs([new_run(run_id) for run_id in fresh])
    await store.commit([transition(run_id, seq, event=EVENT) for run_id in fresh for seq in range(2, 22)])
    await measure("load 16 runs of 21 rows", 16 * 21, load)
    await store.close()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        uvloop.run(bench(sys.argv[1]))
    else:
        with PrivatePostgres({"shared_buffers": "128MB"}) as server:
            uvloop.run(bench(server.url))
