"""The synchronous client on real servers: in scripts, in threads, in forked processes, and with Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import TypeVar
from uuid import uuid4

import pytest
from tests.e2e.signals_workload import Shop
from tests.support.processes import ROOT, Installation

from warren import sync
from warren.contracts.messages import RunStatus
from warren.errors import BrokerUnavailable, InvalidInput, RunEnded

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]
T = TypeVar("T")


def new_client(pairs: Installation) -> sync.Warren:
    return sync.Warren(pairs.environment["WARREN_BROKER_URL"], pairs.environment["WARREN_DATABASE_URL"])


async def elsewhere(work: Callable[[], T]) -> T:
    """In a thread without an event loop, as a program without one would do it."""
    return await asyncio.to_thread(work)


async def test_everything_without_await(pairs: Installation) -> None:
    def script() -> None:
        with new_client(pairs) as client:
            assert client.register("tests.e2e.signals_workload").keys() == {"e2e.shop"}
            key = f"sync-{uuid4()}"
            handle = client.start(Shop, 10, key=key)
            handle.signal(Shop.pay, 4, id="first")
            handle.signal("pay", 4, id="first")
            assert handle.query(Shop.owed, price=10) == {"owed": 6, "parts": 1}
            assert handle.status() is RunStatus.RUNNING
            (strand,) = handle.state().strands
            assert strand.waits_for.kind == "condition"
            with pytest.raises(InvalidInput, match="no signal"):
                client.signal(key, "paid", 1, workflow=Shop)
            with pytest.raises(TimeoutError, match="it continues"):
                handle.result(timeout=0.1)
            entries = handle.history(follow=True)
            assert [next(entries).seq for _ in range(2)] == [1, 2]
            found = client.get(key, workflow=Shop)
            found.signal("pay", 6)
            assert found.result(30) == [4, 6, 11]
            assert [entry.seq for entry in entries] == [3, 4]
            assert handle.result() == [4, 6, 11]
            assert len(handle.history()) == len(client.history(handle.id)) == 4
            assert client.describe(handle.id).key == key
            assert handle.id in {run.run_id for run in client.runs(workflow=Shop)}
            with pytest.raises(RunEnded):
                handle.signal("pay", 1)
            handle.cancel()
            assert client.run("e2e.shop", price=0) == [1]
            with pytest.raises(InvalidInput):
                client.run("e2e.shop", price="much")

    await elsewhere(script)


async def test_one_client_for_many_threads(pairs: Installation) -> None:
    def program() -> list[list[int]]:
        results: list[list[int]] = []
        with new_client(pairs) as client:

            def one(price: int) -> None:
                handle = client.start(Shop, price)
                handle.signal(Shop.pay, price)
                results.append(handle.result(30))

            threads = [threading.Thread(target=one, args=(price,)) for price in range(1, 21)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        return sorted(results)

    assert await elsewhere(program) == [[price, price + 1] for price in range(1, 21)]


async def test_a_client_that_is_not_open_says_so(pairs: Installation) -> None:
    def program() -> None:
        client = new_client(pairs)
        with pytest.raises(BrokerUnavailable, match=r"with Warren\(...\) as client"):
            client.start(Shop, 1)
        with client:
            handle = client.start(Shop, 1)
        for call in (lambda: client.start(Shop, 1), handle.result):
            with pytest.raises(BrokerUnavailable):
                call()
        with client:
            assert client.run(Shop, 0) == [1]
        client.close()

    await elsewhere(program)


async def test_in_an_event_loop_it_says_what_to_use(pairs: Installation) -> None:
    client = new_client(pairs)
    for call in (client.open, lambda: client.start(Shop, 1)):
        with pytest.raises(RuntimeError, match="asynchronous client here"):
            call()


PROGRAM = """
import os, sys, threading, signal, time
from tests.e2e.signals_workload import Shop
from warren.sync import Warren
client = Warren()
client.open()
handle = client.start(Shop, 5)
"""


def run_program(pairs: Installation, text: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM + text],
        cwd=ROOT,
        env={**os.environ, **pairs.environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


async def test_a_forked_process_opens_the_client_again(pairs: Installation) -> None:
    text = """
child = os.fork()
if child == 0:
    try:
        handle.result()
    except RuntimeError as error:
        print("forked from" in str(error), flush=True)
    try:
        client.start(Shop, 1)
    except RuntimeError as error:
        print("forked from" in str(error), flush=True)
    client.close()
    with client:
        print(client.run(Shop, 0), flush=True)
    os._exit(0)
print(os.waitpid(child, 0)[1], flush=True)
handle.signal(Shop.pay, 5)
print(handle.result(30))
client.close()
"""
    code, printed = await elsewhere(lambda: run_program(pairs, text))
    assert (code, printed.split("\n")[:5]) == (0, ["True", "True", "[1]", "0", "[5, 6]"]), printed


async def test_ctrl_c_ends_a_wait_at_once_and_the_client_goes_on(pairs: Installation) -> None:
    text = """
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
before = time.monotonic()
try:
    handle.result()
except KeyboardInterrupt:
    print("interrupted", time.monotonic() - before < 3)
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    for entry in handle.history(follow=True):
        print(entry.seq)
except KeyboardInterrupt:
    print("interrupted")
handle.signal(Shop.pay, 5)
print(handle.result(30))
"""  # and it is not closed: the process must end nevertheless
    code, printed = await elsewhere(lambda: run_program(pairs, text))
    assert (code, printed.split("\n")[:4]) == (0, ["interrupted True", "1", "interrupted", "[5, 6]"]), printed
