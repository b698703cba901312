"""On servers, an action starts runs as any other program does; their trace continues that of the action's run."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from tests.unit.client.workflows import Starts

from warren import ActionContext, provide_action_context
from warren.client import Warren
from warren.client.tracing import start_span, trace_headers
from warren.contracts.names import HEADER_TRACEPARENT

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
TRACE = f"00-{TRACE_ID}-b7ad6b7169203331-01"


def traced(trace: str | None) -> ActionContext:
    return ActionContext(uuid4(), "flow", 1, 1, "module:action", trace=trace)


async def test_an_action_starts_a_run_of_its_own_in_the_same_trace(
    client: Warren, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warren.sdk.client_factory._factory", lambda: client)
    with provide_action_context(traced(TRACE)):
        handle = await client.start(Starts, 0.0)
    run_id, text = (await handle.result()).split()
    assert text == "waited"
    outer, inner = await client.describe(handle.id), await client.describe(UUID(run_id))
    assert outer.run_id != inner.run_id
    assert inner.parent is None
    assert inner.key == f"{outer.run_id}:1"
    assert outer.trace == TRACE
    assert inner.trace is not None
    assert TRACE_ID in inner.trace
    assert inner.trace != outer.trace


def test_outside_of_traced_actions_there_is_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(__import__("sys").modules, "opentelemetry.trace", raising=False)
    assert trace_headers() == {}
    with provide_action_context(traced(None)), start_span("flow", uuid4()) as headers:
        assert headers == {}
    with provide_action_context(traced(TRACE)), start_span("flow", uuid4()) as headers:
        assert headers == {HEADER_TRACEPARENT: TRACE}


def test_the_span_of_the_action_comes_first() -> None:
    opentelemetry = pytest.importorskip("opentelemetry.trace")
    span = opentelemetry.NonRecordingSpan(
        opentelemetry.SpanContext(int(TRACE_ID, 16), 5, is_remote=False, trace_flags=opentelemetry.TraceFlags(1))
    )
    with provide_action_context(traced(TRACE)), opentelemetry.use_span(span), start_span("flow", uuid4()) as headers:
        assert headers == {HEADER_TRACEPARENT: f"00-{TRACE_ID}-{5:016x}-01"}
