"""A gather of slow actions over one large value, on real servers: each action's message carries the whole value.

`python -m tests.bench.slow_values [--kilobytes 200] [--actions 1000] [--milliseconds 50]`. Bytes are those of the
bodies, as `tests.bench.wide_values` counts them; memory is the highest of the coordinator and of the broker.
"""

from __future__ import annotations

import argparse
import asyncio
import time

from tests.bench.installation import Installation, clean_up_when_terminated, private_servers
from tests.bench.metering import Meter
from tests.bench.workflows import SlowQuestions

from warren.client import Warren

_WORKERS = 2


async def measure(installation: Installation, options: argparse.Namespace) -> None:
    """Measure with no document, and with one."""
    await installation.start(workers=_WORKERS, concurrency=100)
    groups = {service.name: [service.pid] for service in installation.services}
    groups["worker"] = [service.pid for service in installation.services if service.name == "worker"]
    print(f"{options.actions} actions of {options.milliseconds} ms, {_WORKERS} workers with a concurrency of 100")
    async with Warren(installation.broker_url, installation.database_url) as client:
        await client.register(SlowQuestions)
        meter = Meter(installation.servers, groups)
        text = "lorem ipsum " * (options.kilobytes * 1_000 // 12)
        for document in ("", "", text, text):
            await meter.begin()
            begun = time.monotonic()
            await client.run(SlowQuestions, document, options.actions, options.milliseconds / 1_000)
            seconds = time.monotonic() - begun
            cost = await meter.end()
            cpu = ", ".join(f"{name} {spent:.2f}" for name, spent in sorted(cost.cpu.items()))
            memory = {name: cost.peak_memory[name] >> 20 for name in ("coordinator", "worker", "rabbitmq")}
            print(
                f"{len(document) // 1_000:4} kB: {seconds:6.2f} s, {cost.messages} messages, "
                f"CPU {cost.cpu_seconds:.2f} s ({cpu}), memory in MiB {memory}",
                flush=True,
            )


def main() -> None:
    """Start private servers and measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kilobytes", type=int, default=200)
    parser.add_argument("--actions", type=int, default=1_000)
    parser.add_argument("--milliseconds", type=int, default=50)
    options = parser.parse_args()
    clean_up_when_terminated()
    with private_servers() as servers:
        installation = Installation(servers)
        try:
            asyncio.run(measure(installation, options))
        finally:
            installation.close()


if __name__ == "__main__":
    main()
