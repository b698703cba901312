"""`migrate` and `topology`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from warren.contracts.names import DEFAULT_ACTION_QUEUE
from warren.contracts.topology import standard_topology
from warren.runtime.event_loop import run_async
from warren_cli.output import out, print_json
from warren_cli.servers import people_broker, people_store, settings_of_people


def migrate(*, data: Path | None, as_json: bool) -> int:
    """Create or upgrade the tables."""
    applied = run_async(_migrate(data))
    if as_json:
        print_json({"applied": applied})
    elif applied:
        out.print("applied: " + ", ".join(applied))
    else:
        out.print("the tables are up to date")
    return 0


async def _migrate(data: Path | None) -> list[str]:
    async with people_store(data, must_exist=False) as store:
        return await store.migrate()


def topology(*, queues: Sequence[str], as_json: bool) -> int:
    """Create the exchanges and queues that are missing."""
    settings = settings_of_people()
    plan = standard_topology(
        shards=settings.shards,
        queue_type=settings.queue_type,
        action_queues=dict.fromkeys([DEFAULT_ACTION_QUEUE, *queues]),
    )

    async def declare() -> None:
        broker = people_broker(settings)
        try:
            await broker.connect()
            await broker.declare(plan)
        finally:
            await broker.close()

    run_async(declare())
    exchanges, made = [each.name for each in plan.exchanges], [each.name for each in plan.queues]
    if as_json:
        print_json({"exchanges": exchanges, "queues": made, "queue_type": plan.queue_type})
    else:
        out.print(f"{len(exchanges)} exchanges and {len(made)} {plan.queue_type} queues are there")
    return 0
