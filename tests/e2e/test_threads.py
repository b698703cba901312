"""Workers as processes whose plain actions hang: they end in time, start anew, and lose nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from tests.e2e import threads_workload as workload
from tests.support.eventually import eventually
from tests.support.machine import allowed
from tests.support.processes import Installation, ServiceProcess, installation
from tests.support.servers.rabbitmq import BrokerServer, empty_broker

pytestmark = [pytest.mark.server, pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="module")]

MODULE = "tests.e2e.threads_workload"
ABANDONED = "action abandoned: its function continues in its thread, and its result is ignored"
RESULT_SECONDS = 40.0
MARGIN_SECONDS = 3.0
"""For a process on a busy machine, and short of what would count: a function that is waited for never ends."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def services(rabbit: BrokerServer, own_database_url: str) -> AsyncIterator[Installation]:
    """A compiler and a coordinator; each test brings its workers."""
    async with installation(empty_broker(rabbit), own_database_url) as made:
        made.compiler()
        made.coordinator()
        await made.until_ready()
        yield made


async def worker(services: Installation, **settings: str) -> ServiceProcess:
    made = services.worker(MODULE, **settings)
    await made.until_ready()
    return made


async def retire(*workers: ServiceProcess) -> None:
    for each in workers:
        each.terminate()
        assert await each.exit_code() == 0, each.log_end()


def waiting(gate: Path) -> list[int]:
    """The processes that have waited for a gate, in order."""
    noted = Path(f"{gate}.waiting")
    return [int(line) for line in noted.read_text().split()] if noted.exists() else []


async def test_a_hundred_plain_actions_run_at_once_and_none_times_out(services: Installation) -> None:
    at_work = await worker(services)
    begun = time.monotonic()
    handle = await services.client.start(workload.Naps, 100, 2.0, 3.0)
    assert await handle.result(RESULT_SECONDS) == 100
    assert time.monotonic() - begun < allowed(15)
    await retire(at_work)


@pytest.mark.parametrize(
    ("kind", "limit"), [(workload.Plain, MARGIN_SECONDS), (workload.Threaded, 5.0 + MARGIN_SECONDS)]
)
async def test_a_worker_ends_at_its_drain_limit_and_another_finishes(
    services: Installation, tmp_path: Path, kind: type[workload.Plain], limit: float
) -> None:
    """A plain action's thread is not waited for; one that asyncio waits for is, for five seconds more."""
    gate = tmp_path / "gate"
    leaving = await worker(services, WARREN_DRAIN_SECONDS="1")
    handle = await services.client.start(kind, 1, str(gate))
    await eventually(lambda: waiting(gate), within_seconds=20)
    begun = time.monotonic()
    leaving.terminate()
    assert await leaving.exit_code(within_seconds=60) == 1
    assert 1.0 <= time.monotonic() - begun < 1.0 + allowed(limit), leaving.log_end()
    taking_over = await worker(services)
    await eventually(lambda: len(waiting(gate)) == 2, within_seconds=20)
    assert waiting(gate) == [leaving.pid, taking_over.pid]
    gate.touch()
    assert await handle.result(RESULT_SECONDS) == 2
    await retire(taking_over)


async def test_a_second_signal_ends_a_worker_at_once(services: Installation, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    leaving = await worker(services)
    handle = await services.client.start(workload.Plain, 1, str(gate))
    await eventually(lambda: waiting(gate), within_seconds=20)
    os.kill(leaving.pid, signal.SIGINT)
    await eventually(lambda: "draining" in leaving.log_end())
    begun = time.monotonic()
    os.kill(leaving.pid, signal.SIGINT)
    assert await leaving.exit_code() == 128 + signal.SIGINT
    assert time.monotonic() - begun < allowed(MARGIN_SECONDS)
    gate.touch()
    taking_over = await worker(services)
    assert await handle.result(RESULT_SECONDS) == 2
    await retire(taking_over)


async def test_a_worker_with_too_many_hanging_actions_starts_anew_and_loses_nothing(
    services: Installation, tmp_path: Path
) -> None:
    gate, hanging = tmp_path / "gate", tmp_path / "hanging"
    at_work = await worker(services, WARREN_MAX_ABANDONED_THREADS="3")
    process = psutil.Process(at_work.pid)
    command, threads = process.cmdline(), process.num_threads()
    sockets = {(each.fd, each.laddr) for each in process.net_connections() if each.status == psutil.CONN_ESTABLISHED}
    in_hand = await services.client.start(workload.InHand, 7, str(gate))
    await eventually(lambda: waiting(gate), within_seconds=20)
    handle = await services.client.start(workload.Hanging, 3, str(hanging))
    await eventually(lambda: "draining before a restart" in at_work.log_end(), within_seconds=30)
    assert await at_work.probe("/readyz") == 503
    later = await services.client.start(workload.ProcessId)
    gate.touch()
    assert await in_hand.result(RESULT_SECONDS) == [7, at_work.pid], "what was in hand is finished, and not repeated"
    assert await later.result(RESULT_SECONDS) == at_work.pid, "what came later is done by the new start"
    assert await handle.result(RESULT_SECONDS) == 3
    assert waiting(gate) == [at_work.pid]
    await at_work.until_ready()
    records = at_work.records()
    assert [each["event"] for each in records].count("starting") == 2
    abandoned = [each for each in records if each["event"] == ABANDONED]
    assert [each["run_id"] for each in abandoned] == [str(handle.id)] * 3
    (error,) = [each for each in records if each["level"] == "error"]
    assert "threads_workload:plain (3, for up to" in error["hanging"]
    assert process.is_running(), "it is the same process"
    assert process.cmdline() == command
    assert process.num_threads() <= threads + 3, "and the threads that hung are gone"
    now = {(each.fd, each.laddr) for each in process.net_connections() if each.status == psutil.CONN_ESTABLISHED}
    assert not sockets & now, "with its connections"
    await retire(at_work)


async def test_a_signal_while_a_worker_is_about_to_start_anew_ends_it(services: Installation, tmp_path: Path) -> None:
    gate, hanging = tmp_path / "gate", tmp_path / "hanging"
    at_work = await worker(services, WARREN_MAX_ABANDONED_THREADS="2")
    in_hand = await services.client.start(workload.InHand, 7, str(gate))
    await eventually(lambda: waiting(gate), within_seconds=20)
    handle = await services.client.start(workload.Hanging, 2, str(hanging))
    await eventually(lambda: "draining before a restart" in at_work.log_end(), within_seconds=30)
    at_work.terminate()
    await eventually(lambda: '"SIGTERM"' in at_work.log_end())
    gate.touch()
    assert await at_work.exit_code() == 0, at_work.log_end()
    assert await in_hand.result(RESULT_SECONDS) == [7, at_work.pid]
    assert [each["event"] for each in at_work.records()].count("starting") == 1
    await asyncio.wait_for(handle.result(RESULT_SECONDS), RESULT_SECONDS)
