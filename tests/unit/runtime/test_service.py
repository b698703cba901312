"""The life of a process: drain on the first signal, exit on the second, a crash is exit code 1."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from warren.errors import BrokerUnavailable
from warren.runtime.service import StopRequested, connected, unless_stopped
from warren.tasks import cancel

PRELUDE = """
import asyncio, sys
from warren.runtime.service import run_service
from warren.runtime.settings import load_settings
"""


@contextmanager
def process(source: str) -> Iterator[subprocess.Popen[str]]:
    code = (
        PRELUDE + textwrap.dedent(source) + "\nsys.exit(run_service('test', load_settings(drain_seconds=DRAIN), app))"
    )
    started = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def logged(running: subprocess.Popen[str], event: str) -> dict[str, object]:
    assert running.stderr is not None
    for line in running.stderr:
        entry: dict[str, object] = json.loads(line)
        if entry["event"] == event:
            return entry
    raise AssertionError(f"the process ended without saying {event!r}")


def test_the_first_signal_drains() -> None:
    source = """
    DRAIN = 10
    async def app(context):
        await context.stop.wait()
        await asyncio.to_thread(sys.stdin.readline)
    """
    with process(source) as running:
        assert logged(running, "starting")["service"] == "test"
        running.send_signal(signal.SIGTERM)
        assert logged(running, "draining")["signal"] == "SIGTERM"
        assert running.poll() is None, "it may finish what it has begun"
        assert running.stdin is not None
        running.stdin.write("done\n")
        running.stdin.flush()
        logged(running, "stopped")
        assert running.wait(5) == 0


def test_a_thread_gets_its_turn_beside_a_busy_loop() -> None:
    source = """
    DRAIN = 10
    import json, os, threading, time
    late = []
    def watch():
        for _ in range(20):
            due = time.monotonic() + 0.02
            time.sleep(0.02)
            late.append(time.monotonic() - due)
    async def app(context):
        thread = threading.Thread(target=watch)
        thread.start()
        while thread.is_alive():
            sum(range(100_000))
            os.urandom(16)  # releases the interpreter and takes it back, as sockets do
        print(json.dumps({"event": "watched", "seconds": sorted(late)[10]}), file=sys.stderr, flush=True)
    """
    with process(source) as running:
        assert float(str(logged(running, "watched")["seconds"])) < 0.02  # with Python's own interval about 1


def test_what_does_not_drain_in_time_is_cut_off() -> None:
    source = """
    DRAIN = 0.2
    async def app(context):
        await asyncio.sleep(60)
    """
    with process(source) as running:
        logged(running, "starting")
        running.send_signal(signal.SIGTERM)
        logged(running, "drain limit reached; unfinished work will be redelivered")
        assert running.wait(5) == 1


def test_the_second_signal_ends_at_once() -> None:
    source = """
    DRAIN = 60
    async def app(context):
        await asyncio.sleep(60)
    """
    with process(source) as running:
        logged(running, "starting")
        running.send_signal(signal.SIGTERM)
        logged(running, "draining")
        running.send_signal(signal.SIGINT)
        assert running.wait(5) == 128 + signal.SIGINT


def test_a_process_ends_although_its_threads_go_on() -> None:
    source = """
    DRAIN = 0.2
    from threading import Event, Thread
    async def app(context):
        Thread(target=Event().wait).start()
        asyncio.get_running_loop().run_in_executor(None, Event().wait)
        await context.stop.wait()
    """
    with process(source) as running:
        logged(running, "starting")
        running.send_signal(signal.SIGTERM)
        logged(running, "stopped")
        assert running.wait(20) == 0


RESTART = """
import asyncio, os, sys
from pathlib import Path
from warren.runtime.process_image import ProcessImage
from warren.runtime.service import run_service
from warren.runtime.settings import load_settings

image = ProcessImage.of_this_process() if sys.argv[1] == "own" else None
with open("starts", "a") as file:
    file.write(f"{os.getpid()} {sys.argv[1:]} {os.environ.get('EXTRA')}\\n")

async def app(context):
    os.chdir("/")
    os.environ["EXTRA"] = "changed"
    if context.image is None or len(Path(sys.argv[2]).read_text().splitlines()) < 2:
        context.restart()
    await asyncio.wait_for(context.stop.wait(), 0.5)

sys.exit(run_service("test", load_settings(drain_seconds=5), app, image=image))
"""


def test_a_process_that_can_starts_anew_with_what_it_was_started_with(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    arguments = [sys.executable, "-X", "utf8", "-c", RESTART, "own", str(starts)]
    running = subprocess.Popen(arguments, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    try:
        _, log = running.communicate(timeout=60)
    finally:
        running.kill()
    first, second = starts.read_text().splitlines()
    assert first == second == f"{running.pid} {['own', str(starts)]} None"
    assert [json.loads(line)["event"] for line in log.splitlines() if line.startswith("{")][:3] == [
        "starting",
        "draining before a restart",
        "restarting",
    ]


def test_a_process_that_is_not_the_services_own_is_not_started_anew(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    arguments = [sys.executable, "-c", RESTART, "other", str(starts)]
    subprocess.run(arguments, cwd=tmp_path, stderr=subprocess.PIPE, check=False, timeout=60)
    assert len(starts.read_text().splitlines()) == 1


@pytest.mark.parametrize(("error", "code"), [("InvalidInput", 2), ("StoreError", 3)])
def test_what_a_service_cannot_work_with_is_one_log_line_and_the_exit_code_of_the_command(
    error: str, code: int
) -> None:
    source = f"""
    DRAIN = 1
    from warren.errors import {error}
    async def app(context):
        raise {error}("say what")
    """
    with process(source) as running:
        assert logged(running, "stopped by an error")["error"] == f"{error}: say what"
        assert running.wait(5) == code


def test_a_crash_is_one_log_line_and_exit_code_1() -> None:
    source = """
    DRAIN = 1
    async def app(context):
        raise KeyError("boom")
    """
    with process(source) as running:
        assert "KeyError: 'boom'" in str(logged(running, "crashed")["exception"])
        assert running.wait(5) == 1


class SlowServer:
    """Refuses a few times, then connects."""

    def __init__(self, refusals: int) -> None:
        self.refusals = refusals
        self.is_connected = False
        self.is_closed = False

    async def connect(self) -> None:
        if self.refusals:
            self.refusals -= 1
            raise BrokerUnavailable("not yet")
        self.is_connected = True

    async def close(self) -> None:
        self.is_closed = True


async def test_start_up_waits_for_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warren.runtime.service._RETRY_SECONDS", 0.01)
    server = SlowServer(refusals=3)
    async with connected(server, name="broker", stop=asyncio.Event()):
        assert server.is_connected
    assert server.is_closed


async def test_a_service_that_still_waits_can_be_stopped() -> None:
    server = SlowServer(refusals=1_000_000)
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.05, stop.set)
    with pytest.raises(StopRequested):
        async with connected(server, name="broker", stop=stop):
            pass
    assert server.is_closed


async def test_what_is_done_before_the_stop_is_returned() -> None:
    async def work() -> int:
        return 3

    assert await unless_stopped(asyncio.Event(), work()) == 3


async def test_a_task_that_makes_an_error_of_its_cancellation_and_tries_again_ends_all_the_same() -> None:
    tries = 0

    async def stubborn() -> None:
        nonlocal tries
        while tries < 2:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                tries += 1
        await asyncio.sleep(3600)

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await asyncio.wait_for(cancel([task]), 20)
    assert task.cancelled()
