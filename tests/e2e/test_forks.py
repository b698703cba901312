"""Workers whose actions fork: the children have nothing of the worker, and the worker goes on."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import AsyncIterator

import psutil
import pytest
import pytest_asyncio
from tests.e2e import forks_workload as workload
from tests.support.eventually import eventually
from tests.support.processes import Installation, ServiceProcess, installation
from tests.support.servers.rabbitmq import BrokerServer, empty_broker

pytestmark = [pytest.mark.server, pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="module")]

MODULE = "tests.e2e.forks_workload"
RESULT_SECONDS = 60.0
WITHOUT_UVLOOP = "import sys; sys.modules['uvloop'] = None; from warren_worker.__main__ import main; sys.exit(main())"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def services(rabbit: BrokerServer, own_database_url: str) -> AsyncIterator[Installation]:
    """A compiler and a coordinator; each test brings its worker."""
    async with installation(empty_broker(rabbit), own_database_url) as made:
        made.compiler()
        made.coordinator()
        await made.until_ready()
        yield made


@pytest_asyncio.fixture(params=["uvloop", "asyncio"], loop_scope="module")
async def worker(services: Installation, request: pytest.FixtureRequest) -> AsyncIterator[ServiceProcess]:
    """One worker, which has to be well at the end, and drain on SIGTERM."""
    if request.param == "uvloop":
        made = services.worker(MODULE)
    else:
        made = services._launch("worker", ["-c", WITHOUT_UVLOOP, MODULE], {})
    await made.until_ready()
    yield made
    assert await made.probe("/readyz") == 200, made.log_end()
    events = [record["event"] for record in made.records()]
    assert "draining" not in events, "no signal of a child's came here"
    made.terminate()
    assert await made.exit_code() == 0, made.log_end()


@pytest.mark.parametrize("how", workload.WAYS)
async def test_an_action_that_forks_gets_its_result_and_the_worker_goes_on(
    services: Installation, worker: ServiceProcess, how: str
) -> None:
    for _ in range(3):
        handle = await services.client.start(workload.Forking, how, 10)
        assert await handle.result(RESULT_SECONDS) == [285, 285], worker.log_end()
    assert not psutil.Process(worker.pid).children(recursive=True)


async def test_a_child_that_lives_on_has_no_connection_and_may_be_killed(
    services: Installation, worker: ServiceProcess
) -> None:
    handle = await services.client.start(workload.LeavingChild)
    pid, child = await handle.result(RESULT_SECONDS)
    assert pid == worker.pid
    assert psutil.Process(pid).net_connections()
    assert not psutil.Process(child).net_connections()
    assert await worker.probe("/readyz") == 200
    ended = await services.client.start(workload.EndingChild, child)
    assert await ended.result(RESULT_SECONDS) == signal.SIGTERM


async def test_a_child_that_outlives_its_worker_holds_nothing_of_it(services: Installation) -> None:
    """The health port is free again, and the broker notices the worker's death at once."""
    first = services.worker(MODULE)
    await first.until_ready()
    handle = await services.client.start(workload.LeavingChild)
    _, child = await handle.result(RESULT_SECONDS)
    try:
        first.kill()
        assert psutil.pid_exists(child)
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the health server does
            listener.bind(("127.0.0.1", first.port))
            listener.listen()
        second = services.worker(MODULE)
        await second.until_ready()
        again = await services.client.start(workload.Forking, "process", 10)
        assert await again.result(10.0) == [285, 285], "nothing waits for a worker that is gone"
        second.terminate()
        assert await second.exit_code() == 0
    finally:
        os.kill(child, signal.SIGKILL)
        await eventually(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE)
