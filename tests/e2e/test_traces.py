"""One run is one trace: client and services are processes of their own and export to an OTLP receiver in the test."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
import pytest_asyncio
from tests.e2e.traced_workload import Failing, Traced
from tests.support.eventually import eventually
from tests.support.otlp import OtlpReceiver, Span, otlp_receiver
from tests.support.processes import ROOT, Installation, installation
from tests.support.servers.postgres import new_database
from tests.support.servers.rabbitmq import BrokerServer, empty_broker

from warren import WorkflowFailedError
from warren.contracts import messages, names, wire
from warren.contracts.ids import new_run_id
from warren.contracts.messages import RunStatus
from warren.ports import OutgoingMessage

pytestmark = [pytest.mark.server, pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]

MODULE = "tests.e2e.traced_workload"
ADD = f"action {MODULE}:add"
RETRIED = f"action {MODULE}:second_time"
COMPILER, WORKER, COORDINATOR = "warren-compiler", "warren-worker", "warren-coordinator"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def receivers() -> AsyncIterator[OtlpReceiver]:
    async with otlp_receiver() as made:
        yield made


@pytest.fixture
def receiver(receivers: OtlpReceiver) -> OtlpReceiver:
    receivers.clear()
    return receivers


async def start_services(made: Installation) -> None:
    made.compiler()
    made.coordinator()
    made.worker(MODULE)
    await made.until_ready()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def traced(rabbit: BrokerServer, own_database_url: str, receivers: OtlpReceiver) -> AsyncIterator[Installation]:
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": receivers.endpoint, "OTEL_BSP_SCHEDULE_DELAY": "100"}
    async with installation(empty_broker(rabbit), own_database_url, **settings) as made:
        await start_services(made)
        yield made


async def run_client(made: Installation, n: int) -> UUID:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.e2e.traced_client", str(n)),
        cwd=ROOT,
        env={**os.environ, **made.environment, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0
    return UUID(output.decode().strip())


def one(spans: list[Span], service: str) -> Span:
    (span,) = [span for span in spans if span.service == service]
    return span


def check_attempts(receiver: OtlpReceiver, run: Span, run_id: UUID) -> None:
    """Three gathered attempts and two of the retried action, each a child of the run, by the worker."""
    adds, retried = receiver.named(ADD), receiver.named(RETRIED)
    assert [span.parent_id for span in adds + retried] == [run.span_id] * 5
    assert {span.service for span in adds + retried} == {WORKER}
    assert {span.attributes["warren.run_id"] for span in adds + retried} == {str(run_id)}
    assert {span.attributes["warren.action"] for span in adds} == {f"{MODULE}:add"}
    assert sorted(span.attributes["warren.invocation"] for span in adds) == [1, 2, 3]
    assert [span.attributes["warren.attempt"] for span in adds] == [1, 1, 1]
    assert [span.attributes["warren.attempt"] for span in retried] == [1, 2]
    assert len({span.attributes["warren.invocation"] for span in retried}) == 1
    assert [span.is_error for span in adds + retried] == [False, False, False, True, False]
    assert "ConnectionError: not yet" in retried[0].description
    began, ended = run.nanoseconds
    for span in adds + retried:
        assert began <= span.nanoseconds[0] <= span.nanoseconds[1] <= ended


async def test_one_run_is_one_trace_across_four_processes(traced: Installation, receiver: OtlpReceiver) -> None:
    run_id = await run_client(traced, 4)
    await eventually(lambda: len(receiver.spans) >= 9)
    assert len({span.trace_id for span in receiver.spans}) == 1
    assert len(receiver.spans) == 9, [(span.service, span.name) for span in receiver.spans]
    (own,) = receiver.named("checkout")
    starts = receiver.named("start e2e.traced")
    (run,) = receiver.named("run e2e.traced")
    assert (own.service, own.parent_id) == ("shop", "")
    assert one(starts, "shop").parent_id == own.span_id
    assert (run.service, run.parent_id) == (COORDINATOR, one(starts, "shop").span_id)
    assert one(starts, COMPILER).parent_id == run.span_id
    assert run.attributes["warren.run_id"] == str(run_id)
    assert run.attributes["warren.workflow"] == "e2e.traced"
    assert run.attributes["warren.status"] == "completed"
    assert not run.is_error
    check_attempts(receiver, run, run_id)


async def test_a_start_message_of_a_foreign_program_joins_its_trace(
    traced: Installation, receiver: OtlpReceiver
) -> None:
    run_id = new_run_id()
    trace_id, parent = f"{0xABC:032x}", f"{0xDEF:016x}"
    request = messages.StartRun(workflow=Traced.short_name(), input={"n": 1}, run_id=run_id)
    headers = {names.HEADER_TRACEPARENT: f"00-{trace_id}-{parent}-01"}
    message = OutgoingMessage(names.COMMANDS_EXCHANGE, names.START_KEY, wire.dump(request), headers=headers)
    await traced.client._broker.publish([message])
    await eventually(lambda: len(receiver.spans) >= 7)
    assert {span.trace_id for span in receiver.spans} == {trace_id}
    (run,) = receiver.named("run e2e.traced")
    assert run.parent_id == parent
    check_attempts(receiver, run, run_id)


async def test_a_failed_run_says_why_and_one_without_a_trace_begins_its_own(
    traced: Installation, receiver: OtlpReceiver
) -> None:
    handle = await traced.client.start(Failing, 1)
    with pytest.raises(WorkflowFailedError):
        await handle.result(30)
    await eventually(lambda: len(receiver.spans) >= 3)
    (run,) = receiver.named("run e2e.failing")
    assert run.parent_id == ""
    assert run.trace_id == handle.id.hex
    assert run.is_error
    assert "ConnectionError: not yet" in run.description
    assert run.attributes["warren.status"] == RunStatus.FAILED.value
    assert {span.trace_id for span in receiver.spans} == {run.trace_id}


async def test_without_an_endpoint_nothing_of_opentelemetry_is_even_imported(
    fresh_broker_url: str, postgres_url: str, receiver: OtlpReceiver
) -> None:
    with new_database(postgres_url) as url:
        async with installation(fresh_broker_url, url, PYTHONPROFILEIMPORTTIME="1") as made:
            await start_services(made)
            assert await made.client.run(Traced, 1) == 6
            for service in made.all:
                log = service.log.read_text()
                assert "warren.runtime.telemetry" in log, "the log lists imports"
                assert "opentelemetry" not in log, service.name
            run = (await made.client.runs())[0]
            assert run.trace is None
    assert receiver.requests == 0
