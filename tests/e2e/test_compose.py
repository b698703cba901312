"""docker-compose.yml as a user starts it: up, runs from inside and outside, three workers, one killed, down.

Not collected with the other tests, because it needs a Docker engine and builds an image: `make compose-test` runs it,
and then it fails rather than skips where there is no engine.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from typing import Self
from uuid import uuid4

import pika
import pytest
from tests.e2e.command_line import ROOT

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]

SERVICES = ("compiler", "coordinator", "worker")
ORDER = {"id": "A-1", "lines": [{"sku": "tea", "quantity": 1, "price": "4.50"}], "card": "ok"}


class Stack:
    """One compose project on ports of its own."""

    def __init__(self) -> None:
        self.rabbitmq, self.management, self.postgres = _free_ports(3)
        self.environment = os.environ | {
            "COMPOSE_PROJECT_NAME": f"warren-test-{uuid4().hex[:6]}",
            "WARREN_IMAGE": "warren:compose-test",
            "WARREN_BUILD_NETWORK": os.environ.get("WARREN_BUILD_NETWORK", "host"),
            "WARREN_RABBITMQ_PORT": str(self.rabbitmq),
            "WARREN_RABBITMQ_UI_PORT": str(self.management),
            "WARREN_POSTGRES_PORT": str(self.postgres),
        }

    def compose(self, *arguments: str, seconds: float = 300) -> str:
        """Run `docker compose ARGUMENTS`; returns its standard output."""
        return self.docker("compose", *arguments, seconds=seconds)

    def docker(self, *arguments: str, seconds: float = 60) -> str:
        """Run `docker ARGUMENTS`; returns its standard output."""
        done = subprocess.run(
            ["docker", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
        assert done.returncode == 0, f"docker {' '.join(arguments)}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def containers(self, service: str) -> list[str]:
        """Ids of a service's running containers."""
        return self.compose("ps", "-q", service).split()


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """The stack, up and healthy with one container of each service."""
    stack = Stack()
    try:
        stack.compose("build", seconds=600)
        stack.compose("up", "-d", "--wait", "--wait-timeout", "180", *SERVICES)
        yield stack
        print(stack.compose("logs", "--no-color", "--tail", "40", *SERVICES))
    finally:
        stack.compose("down", "--volumes", "--timeout", "20")


def test_a_throwaway_container_starts_a_run_and_gets_its_result(stack: Stack) -> None:
    output = stack.compose(
        *("run", "--rm", "-T", "--no-deps", "compiler", "start", "parallel-math", "--wait", "--json"),
        *("--input", '{"numbers": [3, 4, 5]}'),
    )
    assert json.loads(output)["result"]["sum_of_factorials"] == 150


def test_the_processes_are_not_root(stack: Stack) -> None:
    assert stack.compose("exec", "-T", "worker", "id", "-u").strip() == "10001"


def test_starting_everything_again_changes_nothing(stack: Stack) -> None:
    before = [stack.containers(service) for service in SERVICES]
    stack.compose("up", "-d", "--wait", "--wait-timeout", "120", *SERVICES)
    assert [stack.containers(service) for service in SERVICES] == before


def test_three_workers_and_one_of_them_killed(stack: Stack) -> None:
    """Every one of forty runs ends as it should although a worker dies in the middle of them."""
    stack.compose("up", "-d", "--wait", "--wait-timeout", "120", "--no-recreate", "--scale", "worker=3", *SERVICES)
    workers = stack.containers("worker")
    assert len(workers) == 3
    with Starter(stack.rabbitmq) as starter:
        for number in range(40):
            starter.start("order-fulfilment", {"order": ORDER | {"id": f"A-{number}"}, "packing_seconds": 1.0})
        starter.wait_for(1)
        stack.docker("kill", workers[0])
        outcomes = starter.wait_for(40)
    assert {outcome["status"] for outcome in outcomes} == {"completed"}
    assert len(stack.containers("worker")) == 2
    gaps = stack.compose(
        *("exec", "-T", "postgres", "psql", "-U", "warren", "-d", "warren", "-Atc"),
        "select count(*) from (select run_id from history group by run_id having max(seq) <> count(*)) as gapped",
    )
    assert gaps.strip() == "0"


def test_a_stop_drains_every_service(stack: Stack) -> None:
    running = [container for service in SERVICES for container in stack.containers(service)]
    stack.compose("stop", *SERVICES)
    codes = [stack.docker("inspect", "--format", "{{.State.ExitCode}}", container).strip() for container in running]
    assert codes == ["0"] * len(running)


class Starter:
    """A program without Warren that starts runs and waits for their outcomes: it knows AMQP and JSON."""

    def __init__(self, port: int) -> None:
        credentials = pika.PlainCredentials("warren", "warren")
        self._parameters = pika.ConnectionParameters("127.0.0.1", port, credentials=credentials)
        self._outcomes: list[dict[str, str]] = []

    def __enter__(self) -> Self:
        self._connection = pika.BlockingConnection(self._parameters)
        self._channel = self._connection.channel()
        self._channel.confirm_delivery()
        self._queue = str(self._channel.queue_declare("", exclusive=True).method.queue)
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def start(self, workflow: str, given: dict[str, object]) -> None:
        """Publish one start; returns when the broker has confirmed it."""
        body = json.dumps({"workflow": workflow, "input": given}).encode()
        properties = pika.BasicProperties(reply_to=self._queue, delivery_mode=2)
        self._channel.basic_publish("warren.commands", "start", body, properties, mandatory=True)

    def wait_for(self, count: int, seconds: float = 120) -> list[dict[str, str]]:
        """The first `count` outcomes."""
        deadline = time.monotonic() + seconds
        while len(self._outcomes) < count:
            assert time.monotonic() < deadline, f"{len(self._outcomes)} of {count} outcomes in {seconds} s"
            method, _, body = self._channel.basic_get(self._queue, auto_ack=True)
            if method is None:
                self._connection.process_data_events(0.05)
            else:
                self._outcomes.append(json.loads(body))
        return self._outcomes


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
