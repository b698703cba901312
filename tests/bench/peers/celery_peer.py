"""Celery's side: `celery_peer.py URL worker prefork|threads N` or `celery_peer.py URL client`.

A quorum queue, late acknowledgements, rpc results; without publisher confirms, which are not Celery's default and would
make it slower. One run goes step by step from the client, which is faster than Celery's own chain; many are chains.
"""

from __future__ import annotations

import sys
import time

from celery import Celery, chain, group  # type: ignore[import-not-found]  # installed in the peer's environment only
from lines import serve

app = Celery("peer", broker=sys.argv[1].replace("amqp://", "pyamqp://"), backend="rpc://")
app.conf.update(
    task_default_queue="celery.peer",
    task_default_queue_type="quorum",
    worker_detect_quorum_queues=True,
    task_acks_late=True,
    broker_connection_retry_on_startup=True,
    worker_prefetch_multiplier=16,
)


@app.task(name="inc")  # type: ignore[misc]
def inc(n: int) -> int:
    return n + 1


def chains(runs: int, steps: int) -> float:
    begun = time.perf_counter()
    if runs == 1:
        value = 0
        for _ in range(steps):
            value = inc.delay(value).get(timeout=120)
        assert value == steps
    elif steps == 1:
        results = [inc.delay(0) for _ in range(runs)]
        assert all(result.get(timeout=120) == 1 for result in results)
    else:
        results = [chain(inc.s(0), *[inc.s() for _ in range(steps - 1)]).apply_async() for _ in range(runs)]
        assert all(result.get(timeout=120) == steps for result in results)
    return time.perf_counter() - begun


def fan(width: int) -> float:
    begun = time.perf_counter()
    assert sum(group(inc.s(n) for n in range(width)).apply_async().get(timeout=120)) == width * (width + 1) // 2
    return time.perf_counter() - begun


if __name__ == "__main__":
    if sys.argv[2] == "worker":
        pool, size = sys.argv[3:5]
        options = [f"--pool={pool}", f"--concurrency={size}", "--loglevel=ERROR"]
        app.worker_main(["worker", *options, "--without-mingle", "--without-gossip", "--without-heartbeat"])
    else:
        serve(chains, fan)
