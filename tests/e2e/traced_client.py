"""A program that traces and starts one run: `python -m tests.e2e.traced_client N` prints the run's id."""

from __future__ import annotations

import asyncio
import sys

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from tests.e2e.traced_workload import Traced


async def main(n: int) -> None:
    """Start it within a span of the program's own, and wait."""
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: "shop"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    with trace.get_tracer("shop").start_as_current_span("checkout"):
        handle = await Traced().start(n)
        await handle.result()
    provider.shutdown()
    print(handle.id)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
