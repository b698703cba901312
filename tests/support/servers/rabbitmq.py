"""A RabbitMQ for tests: finds one or starts one, never skips.

`broker_url` is the fixture for tests that use names of their own; `fresh_broker_url` gives each test an empty broker.
Order of the search: WARREN_TEST_BROKER_URL, a Docker engine, `rabbitmq-server` on this machine; with
WARREN_TEST_SERVERS=docker or =private, only that way. Each xdist worker has a server of its own; a given URL is the
first worker's.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import aio_pika
import pytest
from tests.support.servers.rabbitmq_private import PrivateRabbit, is_accepting
from tests.support.servers.vhosts import VirtualHosts

from warren.contracts.topology import standard_topology

IMAGE = "rabbitmq:4-management"
_START_SECONDS = 90.0
_NO_WAY = """\
No RabbitMQ for the tests. Set WARREN_TEST_BROKER_URL=amqp://..., or start Docker, or install RabbitMQ 3.10+
(apt install rabbitmq-server). Tried:
"""


@dataclass(frozen=True, slots=True)
class BrokerServer:
    """A running broker; `new_vhost` makes an empty virtual host on it and returns its URL, where that is possible."""

    url: str
    new_vhost: Callable[[], str] | None


@contextmanager
def rabbit_server() -> Iterator[BrokerServer]:
    """A running broker; fails the test, saying what to install, when there is no way."""
    given = os.environ.get("WARREN_TEST_BROKER_URL")
    forced = os.environ.get("WARREN_TEST_SERVERS")
    ways = {"docker": _in_docker, "private": _private}
    if forced is not None and forced not in ways:
        pytest.fail(f"WARREN_TEST_SERVERS={forced}: write docker or private", pytrace=False)
    is_first_worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0"
    server = BrokerServer(given, None) if given and forced is None and is_first_worker else None
    reasons = []
    with ExitStack() as resources:
        for name, way in ways.items():
            if server is None and forced in (None, name):
                try:
                    server = resources.enter_context(way())
                except Exception as error:
                    reasons.append(f"{name}: {error}")
        if server is None:
            pytest.fail(_NO_WAY + "\n".join(reasons), pytrace=False)
        yield server


@pytest.fixture(scope="session")
def rabbit() -> Iterator[BrokerServer]:
    """The session's broker."""
    with rabbit_server() as server:
        yield server


@pytest.fixture(scope="session")
def broker_url(rabbit: BrokerServer) -> str:
    """URL of the session's broker, for tests that use names of their own."""
    return rabbit.url


@pytest.fixture
def fresh_broker_url(rabbit: BrokerServer) -> str:
    """URL of a broker in which nothing exists yet."""
    return empty_broker(rabbit)


def empty_broker(rabbit: BrokerServer) -> str:
    """URL of a broker in which nothing exists yet: a new virtual host, or a given broker without Warren's queues."""
    if rabbit.new_vhost is not None:
        return rabbit.new_vhost()
    _in_thread(_delete_warren(rabbit.url))
    return rabbit.url


@contextmanager
def _private() -> Iterator[BrokerServer]:
    with PrivateRabbit() as server:
        hosts = VirtualHosts(server.url, lambda expression: server.ctl("eval", expression))
        yield BrokerServer(server.url, hosts.new)


@contextmanager
def _in_docker() -> Iterator[BrokerServer]:
    answer = subprocess.run(
        ["docker", "info", "--format", "{{.ServerVersion}}"], capture_output=True, text=True, timeout=2, check=False
    )
    if answer.returncode != 0 or not answer.stdout.strip():
        raise RuntimeError(f"no Docker engine answers: {answer.stderr.strip() or answer.stdout.strip()}")
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")  # its image would be one more to pull
    from testcontainers.core.container import DockerContainer

    container = DockerContainer(IMAGE).with_exposed_ports(5672).with_command("rabbitmq-server")
    with container.with_env("RABBITMQ_ENABLED_PLUGINS_FILE", "/tmp/no-plugins"):  # the management plugin starts slowly
        host, port = container.get_container_host_ip(), int(container.get_exposed_port(5672))
        deadline = time.monotonic() + _START_SECONDS
        while not is_accepting(port, host=host):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{IMAGE} did not answer within {_START_SECONDS} s")
            time.sleep(0.05)
        url = f"amqp://guest:guest@{host}:{port}/"

        def evaluate(expression: str) -> None:
            code, output = container.exec(["rabbitmqctl", "eval", expression])
            if code != 0:
                raise RuntimeError(f"rabbitmqctl eval: {output!r}")

        yield BrokerServer(url, VirtualHosts(url, evaluate).new)


async def _delete_warren(url: str) -> None:
    topology = standard_topology(shards=64, queue_type="quorum")
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        for queue in topology.queues:
            await channel.queue_delete(queue.name)
        for exchange in topology.exchanges:
            await channel.exchange_delete(exchange.name)


def _in_thread(work: Coroutine[Any, Any, None]) -> None:
    with ThreadPoolExecutor(1) as thread:  # a fixture may be asked for while an event loop runs in this one
        thread.submit(asyncio.run, work).result()
