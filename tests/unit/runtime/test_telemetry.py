"""One run is one trace, whoever emits its parts; without an exporter nothing happens."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from warren.contracts.ids import new_run_id
from warren.contracts.messages import RunStatus
from warren.ports import StoredRun
from warren.runtime.telemetry import ENDPOINT_VARIABLES, Telemetry, is_traceparent, new_trace, run_traceparent

RUN_ID = new_run_id()
AT = datetime(2030, 1, 1, tzinfo=UTC)
RUN = StoredRun(
    run_id=RUN_ID,
    workflow="order",
    version="v",
    shard=0,
    status=RunStatus.COMPLETED,
    input="{}",
    result="1",
    error=None,
    key=None,
    parent=None,
    trace=None,
    wake_at=None,
    reply=None,
    created_at=AT,
    finished_at=AT + timedelta(seconds=2),
)


class Recorder:
    """A telemetry of its own process, and the spans that it emitted."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.telemetry = Telemetry(provider)

    def spans(self) -> dict[str, ReadableSpan]:
        return {span.name: span for span in self._exporter.get_finished_spans()}


def ids(span: ReadableSpan) -> tuple[int, int, int | None]:
    assert span.context is not None
    return span.context.trace_id, span.context.span_id, None if span.parent is None else span.parent.span_id


def test_compiler_worker_and_coordinator_continue_the_senders_trace() -> None:
    compiler, worker, coordinator = (Recorder() for _ in range(3))
    sent = f"00-{7:032x}-{8:016x}-01"
    compiler.telemetry.emit_start(run_id=RUN_ID, workflow="order", trace=sent, at=AT)
    parent = run_traceparent(sent, RUN_ID)
    with worker.telemetry.attempt_span("m:f", trace=parent, run_id=RUN_ID, invocation=1, attempt=1):
        pass
    coordinator.telemetry.emit_run(replace(RUN, trace=sent))
    run = ids(coordinator.spans()["run order"])
    assert run[::2] == (7, 8)
    assert ids(compiler.spans()["start order"])[::2] == (run[0], run[1])
    assert ids(worker.spans()["action m:f"])[::2] == (run[0], run[1])
    span = coordinator.spans()["run order"]
    assert span.end_time is not None
    assert span.start_time is not None
    assert span.end_time - span.start_time == 2_000_000_000


def test_a_start_without_a_trace_begins_one_of_its_own() -> None:
    compiler, worker, coordinator = (Recorder() for _ in range(3))
    trace = new_trace(RUN_ID)
    compiler.telemetry.emit_start(run_id=RUN_ID, workflow="order", trace=trace, at=AT)
    with worker.telemetry.attempt_span(
        "m:f", trace=run_traceparent(trace, RUN_ID), run_id=RUN_ID, invocation=1, attempt=1
    ):
        pass
    coordinator.telemetry.emit_run(replace(RUN, trace=trace))
    run = ids(coordinator.spans()["run order"])
    assert run[0] == RUN_ID.int
    assert run[2] is None
    assert ids(worker.spans()["action m:f"])[::2] == run[:2]
    assert ids(compiler.spans()["start order"])[::2] == run[:2]


def test_a_failed_attempt_marks_its_span() -> None:
    worker = Recorder()
    with (
        pytest.raises(ValueError, match="no"),
        worker.telemetry.attempt_span("m:f", trace=None, run_id=RUN_ID, invocation=1, attempt=1),
    ):
        raise ValueError("no")
    assert not worker.spans()["action m:f"].status.is_ok


def test_a_failed_run_marks_its_span_and_says_why() -> None:
    coordinator = Recorder()
    error = '{"t": "shop:OutOfStock", "args": ["no nails"]}'
    failed = replace(RUN, trace=new_trace(RUN_ID), status=RunStatus.FAILED, result=None, error=error)
    coordinator.telemetry.emit_run(failed)
    status = coordinator.spans()["run order"].status
    assert not status.is_ok
    assert status.description is not None
    assert "OutOfStock: no nails" in status.description


def test_nothing_is_emitted_unless_an_exporter_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ENDPOINT_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    telemetry = Telemetry.from_environment("worker")
    assert not telemetry.enabled
    telemetry.emit_run(replace(RUN, trace=new_trace(RUN_ID)))
    telemetry.close()


def test_a_collector_that_does_not_answer_holds_up_the_end_for_a_moment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warren.runtime.telemetry._CLOSE_SECONDS", 0.05)
    answers = threading.Event()

    class StuckProvider(TracerProvider):
        def shutdown(self) -> None:
            answers.wait(30)

    began = time.monotonic()
    Telemetry(StuckProvider()).close()
    assert time.monotonic() - began < 5
    answers.set()


@pytest.mark.parametrize("value", [None, 3, "", "00-0-0-0", "00-" + "0" * 32 + "-" + "1" * 16 + "-01"])
def test_what_is_no_traceparent_is_not_taken_for_one(value: object) -> None:
    assert not is_traceparent(value)
    assert run_traceparent(None, UUID(int=1)) is None
