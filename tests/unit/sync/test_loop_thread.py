"""The thread of the event loop, without a client."""

from __future__ import annotations

import asyncio
import contextvars
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator, Iterator

import pytest

from warren.errors import BrokerUnavailable
from warren.sdk import forks
from warren.sync.loop_thread import LoopThread

NOTE: contextvars.ContextVar[str] = contextvars.ContextVar("note", default="")


@pytest.fixture
def thread() -> Iterator[LoopThread]:
    made = LoopThread("test")
    yield made
    made.stop()


async def double(number: int) -> int:
    await asyncio.sleep(0)
    return number * 2


def test_results_and_exceptions_come_back(thread: LoopThread) -> None:
    async def fail() -> None:
        raise LookupError("gone")

    assert thread.call(double(4)) == 8
    with pytest.raises(LookupError, match="gone"):
        thread.call(fail())


def test_work_sees_the_callers_context_variables(thread: LoopThread) -> None:
    async def read() -> str:
        return NOTE.get()

    NOTE.set("of the test")
    assert thread.call(read()) == "of the test"


def test_many_threads_at_once(thread: LoopThread) -> None:
    results: list[int] = []
    threads = [
        threading.Thread(target=lambda number=number: results.append(thread.call(double(number))))
        for number in range(20)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(results) == [2 * number for number in range(20)]


def test_in_a_thread_with_an_event_loop_it_says_what_to_use(thread: LoopThread) -> None:
    async def call() -> None:
        thread.call(double(1))

    with pytest.raises(RuntimeError, match="asynchronous client here: `from warren import Warren`"):
        asyncio.run(call())


INTERRUPTED = """
import asyncio, os, signal, threading, time
from warren.sync.loop_thread import LoopThread

cancelled = threading.Event()
async def wait():
    try:
        await asyncio.sleep(60)
    finally:
        cancelled.set()

thread = LoopThread("test")
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
before = time.monotonic()
try:
    thread.call(wait())
except KeyboardInterrupt:
    print(time.monotonic() - before < 10, cancelled.wait(10), thread.call(asyncio.sleep(0, "usable")))
"""


def test_an_interrupt_ends_the_wait_at_once_cancels_the_work_and_leaves_the_thread_usable() -> None:
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "True True usable\n"), done.stderr


def test_stopping_it_ends_who_waits_in_another_thread() -> None:
    thread, errors = LoopThread("test"), []

    def wait() -> None:
        try:
            thread.call(asyncio.sleep(60))
        except BrokerUnavailable as error:
            errors.append(str(error))

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.1)
    thread.stop()
    thread.stop()
    waiting.join(5)
    assert errors == ["the client was closed meanwhile; runs continue"]
    with pytest.raises(BrokerUnavailable, match="with Warren"):
        thread.call(double(1))


def test_an_asynchronous_iterator_is_closed_when_its_reader_leaves(thread: LoopThread) -> None:
    closed: list[bool] = []

    async def count() -> AsyncGenerator[int, None]:
        try:
            for number in range(10):
                yield number
        finally:
            closed.append(True)

    assert list(thread.iterate(count())) == list(range(10))
    items = thread.iterate(count())
    assert next(items) == 0
    items.close()  # type: ignore[attr-defined]
    assert closed == [True, True]


def test_in_a_forked_process_it_says_so(thread: LoopThread, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forks, "generation", forks.generation + 1)
    with pytest.raises(RuntimeError, match="open one in each process"):
        thread.call(double(1))
