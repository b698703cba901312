"""`migrate`, `topology` and `doctor` (what needs somebody's attention)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from warren.contracts import names
from warren.contracts.topology import standard_topology
from warren.errors import InvalidInput
from warren.ports import QuarantinedMessage, QueueStats
from warren.runtime.event_loop import run_async
from warren_cli.inputs import parse_run_id
from warren_cli.output import out, print_json, print_quarantine, quarantine_data
from warren_cli.servers import people_broker, people_store, settings_of_people, uses_servers

_MOST = 1_000
_WITHOUT_CONSUMERS = (names.DEAD_QUEUE, names.MARKER_QUEUE, names.BLOCKED_QUEUE)


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
        action_queues=dict.fromkeys([names.DEFAULT_ACTION_QUEUE, *queues]),
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


def doctor(*, release: Sequence[str], data: Path | None, as_json: bool) -> int:
    """Say what needs attention; returns 1 when something does."""
    wanted = [_identity(text) for text in release]
    kept, released = run_async(_quarantine(data, wanted))
    queues = run_async(_queues()) if uses_servers() else {}
    dead = queues.get(names.DEAD_QUEUE, QueueStats(0, 0)).messages
    idle = {
        name: stats.messages
        for name, stats in queues.items()
        if stats.messages and not stats.consumers and name not in _WITHOUT_CONSUMERS
    }
    if as_json:
        print_json(
            {
                "quarantine": [quarantine_data(each) for each in kept],
                "released": released,
                "dead_letters": dead,
                "queues_without_consumers": idle,
            }
        )
    else:
        _print(kept, released, dead, idle)
    return 1 if kept or dead or idle else 0


def _print(kept: list[QuarantinedMessage], released: int, dead: int, idle: dict[str, int]) -> None:
    if released:
        out.print(f"released {released} messages of the quarantine")
    if kept:
        print_quarantine(kept)
    if dead:
        out.print(f"{names.DEAD_QUEUE} holds {dead} dead letters; the headers x-warren-reason and -detail say why")
    for name, count in idle.items():
        out.print(f"{name} holds {count} messages, and nothing consumes it")
    if not (kept or dead or idle):
        out.print("nothing needs attention")


async def _quarantine(data: Path | None, wanted: Sequence[UUID]) -> tuple[list[QuarantinedMessage], int]:
    async with people_store(data) as store:
        await store.connect()
        kept = await store.quarantined(limit=_MOST)
        chosen = [each for each in kept if each.id in wanted]
        if len(chosen) < len(set(wanted)):
            missing = ", ".join(str(each) for each in wanted if each not in {known.id for known in chosen})
            raise InvalidInput(f"--release: the quarantine has no message {missing}; `warren doctor` lists them")
        released = await store.release(chosen)
        return [each for each in kept if each not in chosen], released


async def _queues() -> dict[str, QueueStats]:
    settings = settings_of_people()
    topology = standard_topology(shards=settings.shards, queue_type=settings.queue_type)
    broker = people_broker(settings)
    try:
        await broker.connect()
        found = {queue.name: await broker.stats(queue.name) for queue in topology.queues}
        return {name: stats for name, stats in found.items() if stats is not None}
    finally:
        await broker.close()


def _identity(text: str) -> UUID:
    parsed = parse_run_id(text, option="--release")
    assert parsed is not None
    return parsed
