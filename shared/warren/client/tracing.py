"""The trace of the caller that starts a run: continued when OpenTelemetry is in use in this process, or in an action.

Only its API is touched, and only if the program itself has imported it: a client configures no exporter.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final
from uuid import UUID

from warren.contracts import spans
from warren.contracts.names import HEADER_TRACEPARENT
from warren.sdk.context import current_context

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


@contextmanager
def start_span(workflow: str, run_id: UUID) -> Iterator[Mapping[str, str]]:
    """A span around sending a start, if the program traces; yields the headers that continue it."""
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None:
        yield trace_headers()
        return
    with trace.get_tracer(spans.TRACER).start_as_current_span(
        spans.SPAN_START.format(workflow=workflow),
        kind=trace.SpanKind.PRODUCER,
        attributes={spans.ATTRIBUTE_WORKFLOW: workflow, spans.ATTRIBUTE_RUN: str(run_id)},
    ):
        yield trace_headers()


def trace_headers() -> Mapping[str, str]:
    """W3C trace context of the current span if there is one, else of the run whose action this is."""
    trace = sys.modules.get("opentelemetry.trace")
    context = None if trace is None else trace.get_current_span().get_span_context()
    if context is None or not context.is_valid:
        action = current_context.get(None)
        return _NONE if action is None or action.trace is None else {HEADER_TRACEPARENT: action.trace}
    return {HEADER_TRACEPARENT: f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"}
