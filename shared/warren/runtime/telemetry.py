"""Traces of the services: the only module of theirs that touches OpenTelemetry.

One run is one trace. The run's own span is emitted at its end, but its id is derived from the run id, so that attempts
can name it as their parent long before. Without an exporter `Telemetry.enabled` is false and nothing else is called.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from warren.contracts import spans
from warren.contracts.messages import RunStatus
from warren.contracts.plain import exception_message, exception_name
from warren.ports import StoredRun

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

ENDPOINT_VARIABLES: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_NO_PARENT: Final = "0" * 16
_DESCRIPTION_LIMIT: Final = 500
_CLOSE_SECONDS: Final = 3.0


def is_traceparent(value: object) -> bool:
    """Whether `value` is a W3C traceparent (version 00) with a trace id."""
    match = _TRACEPARENT.fullmatch(value) if isinstance(value, str) else None
    return match is not None and int(match[1], 16) != 0


def run_traceparent(stored: str | None, run_id: UUID) -> str | None:
    """The traceparent of the run's own span, the parent of its attempts; None for a run that is not traced.

    `stored` is what a run keeps: the traceparent that its start came with, or `new_trace` of its id.
    """
    match = _TRACEPARENT.fullmatch(stored) if stored else None
    return None if match is None else f"00-{match[1]}-{_run_span_id(run_id):016x}-{match[3]}"


def new_trace(run_id: UUID) -> str:
    """What a traced run keeps that was started without a traceparent: a trace of its own, no parent span."""
    return f"00-{run_id.int:032x}-{_NO_PARENT}-01"


def _run_span_id(run_id: UUID) -> int:
    return int.from_bytes(hashlib.sha256(b"run" + run_id.bytes).digest()[:8], "big") or 1


class Telemetry:
    """Emits spans to a provider, or does nothing at all (`enabled` is false).

    Callers on a hot path ask `enabled` first. Times are aware datetimes.
    """

    __slots__ = ("_ids", "_provider", "_tracer", "enabled")

    def __init__(self, provider: TracerProvider | None = None) -> None:
        self._provider = provider
        self.enabled = provider is not None
        self._tracer: Any = None
        self._ids: _ChosenIds | None = None
        if provider is not None:
            self._tracer = provider.get_tracer(spans.TRACER)
            self._ids = _ChosenIds(self._tracer.id_generator)
            self._tracer.id_generator = self._ids

    @classmethod
    def from_environment(cls, service: str) -> Telemetry:
        """Export over OTLP/HTTP if an endpoint is set in the environment, else nothing."""
        if not any(os.environ.get(name) for name in ENDPOINT_VARIABLES):
            return cls()
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        provider = TracerProvider(resource=Resource.create({SERVICE_NAME: f"warren-{service}"}), shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        return cls(provider)

    def close(self) -> None:
        """Export what is left, for three seconds at most: a collector that is away must not hold up a service's end."""
        if self._provider is not None:
            flushing = threading.Thread(target=self._provider.shutdown, name="telemetry shutdown", daemon=True)
            flushing.start()
            flushing.join(_CLOSE_SECONDS)

    @contextmanager
    def attempt_span(
        self, action: str, *, trace: str | None, run_id: UUID, invocation: int, attempt: int
    ) -> Iterator[None]:
        """Span of one action attempt; current while it runs, so that the action's own spans become its children.

        An exception that leaves the block marks the span as failed and goes on.
        """
        attributes = {
            spans.ATTRIBUTE_ACTION: action,
            spans.ATTRIBUTE_RUN: str(run_id),
            spans.ATTRIBUTE_INVOCATION: invocation,
            spans.ATTRIBUTE_ATTEMPT: attempt,
        }
        if self._tracer is None:
            yield
            return
        name = spans.SPAN_ATTEMPT.format(action=action)
        with self._tracer.start_as_current_span(name, context=_context(trace), attributes=attributes):
            yield

    def emit_start(self, *, run_id: UUID, workflow: str, trace: str | None, at: datetime) -> None:
        """Emit the compiler's span of a start that was received at `at` and is committed now, a child of the run's."""
        if self._tracer is None or trace is None:
            return
        span = self._tracer.start_span(
            spans.SPAN_START.format(workflow=workflow),
            context=_context(run_traceparent(trace, run_id)),
            attributes={spans.ATTRIBUTE_WORKFLOW: workflow, spans.ATTRIBUTE_RUN: str(run_id)},
            start_time=_nanoseconds(at),
        )
        span.end()

    def emit_run(self, run: StoredRun) -> None:
        """Emit the span of a whole run, now that it has ended."""
        match = _TRACEPARENT.fullmatch(run.trace) if run.trace else None
        if self._tracer is None or self._ids is None or match is None:
            return
        from opentelemetry.trace import Status, StatusCode

        attributes = {
            spans.ATTRIBUTE_RUN: str(run.run_id),
            spans.ATTRIBUTE_WORKFLOW: run.workflow,
            spans.ATTRIBUTE_VERSION: run.version,
            spans.ATTRIBUTE_STATUS: run.status.value,
        }
        parent = run.trace if match[2] != _NO_PARENT else None
        with self._ids.chosen(trace_id=int(match[1], 16), span_id=_run_span_id(run.run_id)):
            span = self._tracer.start_span(
                spans.SPAN_RUN.format(workflow=run.workflow),
                context=_context(parent),
                attributes=attributes,
                start_time=_nanoseconds(run.created_at),
            )
        if run.status is RunStatus.FAILED:
            span.set_status(Status(StatusCode.ERROR, _what_failed(run.error)))
        span.end(_nanoseconds(run.finished_at or run.created_at))


class _ChosenIds:
    """An id generator whose next span's ids can be set; otherwise it asks the one it replaces."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._trace_id: int | None = None
        self._span_id: int | None = None

    @contextmanager
    def chosen(self, *, trace_id: int, span_id: int) -> Iterator[None]:
        self._trace_id, self._span_id = trace_id, span_id
        try:
            yield
        finally:
            self._trace_id = self._span_id = None

    def generate_trace_id(self) -> int:
        return int(self._inner.generate_trace_id()) if self._trace_id is None else self._trace_id

    def generate_span_id(self) -> int:
        return int(self._inner.generate_span_id()) if self._span_id is None else self._span_id

    def is_trace_id_random(self) -> bool:
        return False


def _context(trace: str | None) -> Any:
    """An explicit context, never the ambient one: a message's trace must not leak into another's."""
    from opentelemetry.context import Context
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

    match = _TRACEPARENT.fullmatch(trace) if trace else None
    if match is None:
        return Context()
    parent = SpanContext(
        int(match[1], 16), int(match[2], 16), is_remote=True, trace_flags=TraceFlags(int(match[3], 16))
    )
    return set_span_in_context(NonRecordingSpan(parent), Context())


def _what_failed(error: str | None) -> str | None:
    if error is None:
        return None
    data = json.loads(error)
    return f"{exception_name(data)}: {exception_message(data)}"[:_DESCRIPTION_LIMIT]


def _nanoseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000) * 1000
