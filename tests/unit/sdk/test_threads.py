"""Plain `def` actions in threads: how many at once, when a timeout begins, and what becomes of those that hang."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import gc
import logging
import os
import subprocess
import sys
import textwrap
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from tests.support.eventually import eventually

from warren import ActionContext, ActionError, ActionTimeout, Workflow, action, workflow
from warren.sdk import invoke_action, threads
from warren.sdk.threads import AbandonedCall, ThreadPool
from warren.testing import run_workflow

CROWD = 150
crowd = threading.Barrier(CROWD)
VALUE = contextvars.ContextVar("VALUE", default="none")


class Gates:
    """What functions of a test wait for, by name; all are opened at its end."""

    def __init__(self) -> None:
        self.open: dict[str, threading.Event] = {}
        self.started: list[str] = []

    def wait(self, name: str) -> str:
        self.started.append(name)
        self.open.setdefault(name, threading.Event()).wait(30)
        return threading.current_thread().name


gates = Gates()


@pytest.fixture(autouse=True)
def _fresh_gates() -> Iterator[None]:
    gates.__init__()  # type: ignore[misc]  # back to its defaults
    crowd.reset()
    yield
    for gate in gates.open.values():
        gate.set()


@action
def meet(n: int) -> int:
    crowd.wait(20)
    return n


@action
def gated(name: str) -> str:
    return gates.wait(name)


@action
def thread_name() -> str:
    return threading.current_thread().name


@action
async def waits_for_another(name: str) -> str:
    """Its own task waits for tasks that wait for threads."""
    (result,) = await asyncio.gather(gated(name))
    return str(result)


@workflow
class Crowd(Workflow):
    async def run(self) -> int:
        return sum(
            await asyncio.gather(*[self.run_action(meet(n), timeout=15) for n in range(150)]),
        )


async def invoke(function: Any, *args: Any, timeout: float | None = None, attempt: int = 1) -> Any:
    key = vars(function)["__warren_action__"]
    return await invoke_action(key, list(args), {}, ActionContext(uuid4(), "flow", 7, attempt, key), timeout)


async def hang(pool: ThreadPool, name: str, *, started: int = 1) -> None:
    """Have a function abandoned that runs on until its gate is opened."""
    with pool.as_current():
        task = asyncio.ensure_future(invoke(gated, name))
    await eventually(lambda: len(gates.started) >= started)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_a_test_runs_as_many_at_once_as_there_are() -> None:
    assert await run_workflow(Crowd) == sum(range(CROWD))


async def test_the_timeout_begins_when_the_function_does() -> None:
    with ThreadPool(max_threads=1).as_current():
        first = asyncio.ensure_future(invoke(gated, "first"))
        await eventually(lambda: gates.started)
        second = asyncio.ensure_future(invoke(thread_name, timeout=0.4))
        await asyncio.sleep(0.5)  # beyond the timeout: what follows fails where waiting counts
        gates.open["first"].set()
        assert await second == await first


async def test_the_timeout_goes_on_after_the_wait() -> None:
    with ThreadPool(max_threads=1).as_current():
        first = asyncio.ensure_future(invoke(gated, "first"))
        await eventually(lambda: gates.started)
        second = asyncio.ensure_future(invoke(gated, "second", timeout=0.1))
        gates.open["first"].set()
        with pytest.raises(ActionTimeout, match=r"gated.* took longer than 0.1 s"):
            await second
        await first


async def test_the_timeout_of_an_async_action_does_not_wait_for_the_threads_of_others() -> None:
    with ThreadPool(max_threads=1).as_current():
        first = asyncio.ensure_future(invoke(gated, "first"))
        await eventually(lambda: gates.started)
        with pytest.raises(ActionTimeout):
            await invoke(waits_for_another, "second", timeout=0.05)
        assert gates.started == ["first"], "what was cancelled while it waited is not called"
        gates.open["first"].set()
        await first
        await invoke(thread_name)
        assert gates.started == ["first"]


async def test_a_function_that_hangs_takes_nobodys_thread() -> None:
    told: list[AbandonedCall] = []
    pool = ThreadPool(max_threads=1, on_abandoned=told.append)
    with pool.as_current():
        with pytest.raises(ActionTimeout):
            await invoke(gated, "hanging", timeout=0.05, attempt=3)
        assert "warren-action" in await invoke(thread_name)
        (call,) = pool.abandoned
        assert told == [call]
        assert call.attempt is not None
        assert (call.action, call.attempt.invocation, call.attempt.attempt) == (gated.__warren_action__, 7, 3)  # type: ignore[attr-defined]  # what @action adds
        assert call.seconds >= 0.05
        gates.open["hanging"].set()
        await eventually(lambda: not pool.abandoned)


async def test_what_waits_gets_a_thread_when_one_is_abandoned() -> None:
    pool = ThreadPool(max_threads=1)
    with pool.as_current():
        hanging = asyncio.ensure_future(invoke(gated, "hanging"))
        await eventually(lambda: gates.started)
        waiting = asyncio.ensure_future(invoke(thread_name))
        await asyncio.sleep(0)
        hanging.cancel()
        await asyncio.wait_for(waiting, 10)


async def test_an_abandoned_function_is_logged_where_nobody_listens(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        await hang(ThreadPool(), "hanging")
    (record,) = caplog.records
    assert "gated" in record.getMessage()
    assert "invocation 7, attempt 1" in record.getMessage()


async def test_a_bounded_pool_refuses_while_too_many_hang() -> None:
    pool = ThreadPool(max_abandoned=2, on_abandoned=lambda _: None)
    await hang(pool, "a")
    with pool.as_current():
        await invoke(thread_name)
    await hang(pool, "b", started=2)
    with pool.as_current():
        with pytest.raises(ActionError, match=r"until some of these have ended: .*:gated \(2, for up to"):
            await invoke(thread_name)
        gates.open["a"].set()
        await eventually(lambda: len(pool.abandoned) == 1)
        await invoke(thread_name)


async def test_threads_are_used_again_and_end_when_there_is_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "IDLE_SECONDS", 0.1)
    pool = ThreadPool()
    used = {await pool.call(threading.current_thread, (), {})}

    async def is_used_again() -> bool:
        """Not always at once: a thread may still be on its way back when the next call comes."""
        thread = await pool.call(threading.current_thread, (), {})
        is_known = thread in used
        used.add(thread)
        return is_known

    await eventually(is_used_again)
    await eventually(lambda: not any(thread.is_alive() for thread in used))


async def test_a_machine_without_more_threads_makes_calls_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    start = threading.Thread.start
    is_full = False

    def refusing(thread: threading.Thread) -> None:
        if is_full:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refusing)
    with ThreadPool().as_current():
        first = asyncio.ensure_future(invoke(gated, "first"))
        await eventually(lambda: gates.started)
        is_full = True
        second = asyncio.ensure_future(invoke(thread_name, timeout=5))
        await asyncio.sleep(0)
        gates.open["first"].set()
        assert await second == await first
    with ThreadPool().as_current(), pytest.raises(RuntimeError, match="can't start"):
        await invoke(thread_name)


async def test_an_idle_thread_keeps_nothing_alive() -> None:
    class Thing:
        pass

    async def through(pool: ThreadPool, thing: Thing) -> weakref.ref[Thing]:
        await pool.call(lambda it: [it], (thing,), {})
        return weakref.ref(thing)

    reference = await through(ThreadPool(), Thing())
    gc.collect()
    await eventually(lambda: reference() is None)


async def test_a_function_has_the_callers_context_and_keeps_its_changes_to_itself() -> None:
    VALUE.set("mine")

    def look() -> str:
        before = VALUE.get()
        VALUE.set("changed")
        return before

    assert await ThreadPool().call(look, (), {}) == "mine"
    assert VALUE.get() == "mine"


def run(source: str) -> subprocess.CompletedProcess[str]:
    code = textwrap.dedent(source)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)


def test_a_function_that_hangs_does_not_keep_its_process() -> None:
    done = run("""
        import asyncio, threading
        from warren.sdk.threads import call_in_thread
        async def main():
            try:
                await asyncio.wait_for(call_in_thread(threading.Event().wait, (), {}), 0.1)
            except TimeoutError:
                print("timeout")
        asyncio.run(main())
    """)
    assert (done.returncode, done.stdout) == (0, "timeout\n"), done.stderr


def in_child(work: Callable[[], int]) -> int:
    """What a forked child gives as its exit code."""
    pid = os.fork()
    if pid == 0:
        os._exit(work())
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@action
def nested_in_a_child() -> int:
    return in_child(lambda: 7 if asyncio.run(thread_name()).startswith("warren-action") else 1)


async def test_a_forked_child_has_threads_of_its_own() -> None:
    with ThreadPool(max_threads=2).as_current():
        assert await invoke(nested_in_a_child) == 7
        assert await invoke(thread_name)


@action
def leave_child(how: str) -> int:
    pid = os.fork()
    if pid == 0:
        match how:
            case "exit":
                sys.exit(5)
            case "words":
                sys.exit("said at the end")
            case "raise":
                raise ValueError("in the child")
        return 0
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@action
async def leave_child_of_async(how: str) -> Any:
    return vars(leave_child)["__wrapped__"](how)


@pytest.mark.parametrize("function", [leave_child, leave_child_of_async])
async def test_a_forked_child_ends_where_its_function_ends(function: Any, capfd: pytest.CaptureFixture[str]) -> None:
    """Otherwise there would be two of this test from here on."""
    pid = os.getpid()
    codes = [await invoke(function, how) for how in ("exit", "words", "raise", "return")]
    assert (os.getpid(), codes) == (pid, [5, 1, 1, 0])
    written = capfd.readouterr().err
    assert "said at the end" in written
    assert "ValueError: in the child" in written
