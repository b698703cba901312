"""Compiler and coordinator trace a run when asked to, and pass on the trace that its start came with."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.support.cluster import cluster
from tests.support.eventually import eventually
from tests.support.service_workflows import Twice

from warren.contracts import messages, names, wire
from warren.contracts.ids import new_run_id
from warren.runtime.telemetry import Telemetry

INCOMING = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.mark.parametrize("incoming", [None, INCOMING])
async def test_one_run_is_one_trace(incoming: str | None) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    async with cluster(telemetry=Telemetry(provider)) as made:
        await made.register(Twice)
        run_id = new_run_id()
        start = messages.StartRun(workflow="twice", input={"n": 1}, run_id=run_id)
        headers = {names.HEADER_TRACEPARENT: incoming} if incoming else {}
        await made.command(names.START_KEY, wire.dump(start), headers=headers)
        traces = []
        for _ in range(2):
            (action,) = await made.actions(1)
            traces.append(action.trace)
            await made.succeed([action], 1)
        await made.finished()
        spans = {span.name: span for span in await eventually(exporter.get_finished_spans)}
    started, run = spans["start twice"], spans["run twice"]
    assert run.context is not None
    assert started.context is not None
    assert started.parent is not None
    assert started.context.trace_id == run.context.trace_id
    assert started.parent.span_id == run.context.span_id
    assert traces == [f"00-{run.context.trace_id:032x}-{run.context.span_id:016x}-01"] * 2
    if incoming:
        assert f"{run.context.trace_id:032x}" == incoming.split("-")[1]
        assert run.parent is not None
        assert f"{run.parent.span_id:016x}" == incoming.split("-")[2]


async def test_without_telemetry_a_foreign_trace_is_still_passed_on() -> None:
    async with cluster() as made:
        await made.register(Twice)
        start = messages.StartRun(workflow="twice", input={"n": 1})
        await made.command(names.START_KEY, wire.dump(start), headers={names.HEADER_TRACEPARENT: INCOMING})
        (action,) = await made.actions(1)
        assert action.trace is not None
        assert action.trace.split("-")[1] == INCOMING.split("-")[1]
        await made.start(Twice, n=1)
        (action,) = await made.actions(1)
        assert action.trace is None
