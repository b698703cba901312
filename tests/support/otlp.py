"""An OTLP/HTTP receiver in the test's process: what services export, as plain data."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Status


@dataclass(frozen=True, slots=True)
class Span:
    """One span; `parent_id` is empty for the root of a trace, `service` is who sent it."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    is_error: bool
    description: str
    nanoseconds: tuple[int, int]
    attributes: dict[str, Any] = field(default_factory=dict)


class OtlpReceiver:
    """Collects what is posted to `endpoint`; `requests` counts everything that came, readable or not."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.requests = 0
        self.endpoint = ""

    def clear(self) -> None:
        """Forget everything."""
        self.spans.clear()
        self.requests = 0

    def named(self, name: str) -> list[Span]:
        """Those of one name, by start time."""
        found = [span for span in self.spans if span.name == name]
        return sorted(found, key=lambda span: span.nanoseconds)

    async def receive(self, request: web.Request) -> web.Response:
        """Handle one export."""
        self.requests += 1
        body = await request.read()  # aiohttp has undone the compression that the header names
        if body[:2] == b"\x1f\x8b":
            body = gzip.decompress(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            attributes = _plain(resource.resource.attributes)
            for scope in resource.scope_spans:
                self.spans += [_span(attributes["service.name"], span) for span in scope.spans]
        answer = ExportTraceServiceResponse().SerializeToString()
        return web.Response(body=answer, content_type="application/x-protobuf")


@asynccontextmanager
async def otlp_receiver() -> AsyncIterator[OtlpReceiver]:
    """A receiver on a free port."""
    receiver = OtlpReceiver()
    app = web.Application()
    app.router.add_post("/v1/traces", receiver.receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        receiver.endpoint = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield receiver
    finally:
        await runner.cleanup()


def _span(service: str, span: Any) -> Span:
    return Span(
        service,
        span.name,
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        span.status.code == Status.STATUS_CODE_ERROR,
        span.status.message,
        (span.start_time_unix_nano, span.end_time_unix_nano),
        _plain(span.attributes),
    )


def _plain(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}
