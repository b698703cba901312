"""The faults: each does its harm, waits, and undoes it. Which comes when is decided by a seed in `schedule`."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from tests.chaos.proxy import ChaosProxy, Direction
from tests.chaos.supervisor import POINTS, Slot
from tests.chaos.world import World

from warren.adapters.rabbitmq import RabbitBroker
from warren.contracts import names
from warren.ports import OutgoingMessage

Harm = Callable[[World, random.Random], Awaitable[str]]
"""Says what it chose, if it had a choice."""


@dataclass(frozen=True, slots=True)
class Injected:
    """A fault that was injected: Unix times of its beginning and of the end of the harm itself."""

    kind: str
    detail: str
    began: float
    ended: float


async def kill_service(world: World, source: random.Random) -> str:
    """SIGKILL one service."""
    slot = source.choice(world.supervisor.slots)
    world.supervisor.kill([slot])
    return slot.kind


async def kill_kind(world: World, source: random.Random) -> str:
    """SIGKILL both services of a kind; they come back after a while."""
    slots = world.supervisor.of(source.choice(list(POINTS)))
    world.supervisor.kill(slots, hold=True)
    await asyncio.sleep(source.uniform(0.1, 2))
    world.supervisor.release(slots)
    return slots[0].kind


async def kill_at_point(world: World, source: random.Random) -> str:
    """SIGKILL at a named point, some dozen events after a restart."""
    slot = source.choice(world.supervisor.slots)
    point = source.choice(POINTS[slot.kind])
    before = world.supervisor.points[point]
    world.supervisor.arm(slot, point, source.randint(1, 12))
    for _ in range(100):
        await asyncio.sleep(0.1)
        if world.supervisor.points[point] > before:
            return point
    return f"{point}, not reached"


async def pause_service(world: World, source: random.Random) -> str:
    """SIGSTOP one service, sometimes for so long that the broker gives its connection up."""
    slots = [source.choice(world.supervisor.slots)]
    return await _paused(world, slots, source.choice((0.5, 2.0, 8.0, 25.0)))


async def pause_kind(world: World, source: random.Random) -> str:
    """SIGSTOP both services of a kind."""
    return await _paused(world, world.supervisor.of(source.choice(list(POINTS))), source.uniform(0.5, 4))


async def rabbit_kill(world: World, _: random.Random) -> str:
    """SIGKILL RabbitMQ and start it again."""
    await asyncio.to_thread(world.rabbit.kill)
    await asyncio.to_thread(world.rabbit.start)
    return ""


async def rabbit_pause(world: World, source: random.Random) -> str:
    """RabbitMQ stops answering for a while."""
    world.rabbit.pause()
    await asyncio.sleep(source.uniform(1, 12))
    world.rabbit.resume()
    return ""


async def rabbit_wipe(world: World, _: random.Random) -> str:
    """RabbitMQ's data directory is deleted."""
    await asyncio.to_thread(world.rabbit.wipe)
    return ""


async def rabbit_close_connections(world: World, _: random.Random) -> str:
    """The broker closes every connection."""
    await asyncio.to_thread(world.rabbit.ctl, "close_all_connections", "chaos")
    return ""


async def rabbit_alarm(world: World, source: random.Random) -> str:
    """A memory alarm blocks publishers."""
    await asyncio.to_thread(world.rabbit.ctl, "set_vm_memory_high_watermark", "0.00001")
    await asyncio.sleep(source.uniform(1, 6))
    await asyncio.to_thread(world.rabbit.ctl, "set_vm_memory_high_watermark", "0.4")
    return ""


async def postgres_kill(world: World, _: random.Random) -> str:
    """SIGKILL PostgreSQL and start it again."""
    await asyncio.to_thread(world.postgres.kill)
    await asyncio.to_thread(world.postgres.start)
    return ""


async def postgres_immediate(world: World, source: random.Random) -> str:
    """PostgreSQL restarts in immediate mode, again and again."""
    for _ in range(3):
        await asyncio.to_thread(world.postgres.restart, "immediate")
        await asyncio.sleep(source.uniform(0.5, 2))
    return ""


async def postgres_terminate(world: World, _: random.Random) -> str:
    """The database ends every session."""
    import asyncpg

    connection = await asyncpg.connect(world.postgres.url)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = "
        "'client backend'"
    )
    await connection.close()
    return ""


async def network_delay(world: World, source: random.Random) -> str:
    """Packets take longer."""
    proxy, name = _proxy(world, source)
    proxy.delay_seconds = source.uniform(0.02, 0.3)
    await asyncio.sleep(source.uniform(1, 4))
    proxy.delay_seconds = 0.0
    return name


async def network_reset(world: World, source: random.Random) -> str:
    """Every connection to one server breaks."""
    proxy, name = _proxy(world, source)
    proxy.reset()
    return name


async def network_black_hole(world: World, source: random.Random) -> str:
    """One direction to or from one server is swallowed; the connections stay half open until somebody gives them up."""
    proxy, name = _proxy(world, source)
    direction: Direction = source.choice(("to_server", "to_client"))
    proxy.swallow(direction)
    await asyncio.sleep(source.uniform(1, 6))
    proxy.swallow(None)
    return f"{name} {direction}"


async def meddle_actions(world: World, source: random.Random) -> str:
    """Messages for the workers are doubled, shuffled and withheld."""
    await _meddle(world, source, world.supervisor.of("worker"), [names.action_queue(names.DEFAULT_ACTION_QUEUE)])
    return ""


async def meddle_events(world: World, source: random.Random) -> str:
    """Messages for the coordinators are doubled, shuffled and withheld."""
    queues = [names.event_queue(shard) for shard in range(4)]
    await _meddle(world, source, world.supervisor.of("coordinator"), queues)
    return ""


async def everything(world: World, source: random.Random) -> str:
    """Everything is killed at once, and started cold."""
    slots = world.supervisor.slots
    world.supervisor.kill(slots, hold=True)
    await asyncio.gather(asyncio.to_thread(world.rabbit.kill), asyncio.to_thread(world.postgres.kill))
    await asyncio.sleep(source.uniform(0, 2))
    await asyncio.to_thread(world.postgres.start)
    await asyncio.to_thread(world.rabbit.start)
    world.supervisor.release(slots)
    return ""


async def purge_queues(world: World, source: random.Random) -> str:
    """Somebody empties the queues of actions and events, or deletes them. (Starts are nowhere else yet.)"""
    command = source.choice(("purge_queue", "delete_queue"))
    for queue in (names.action_queue(names.DEFAULT_ACTION_QUEUE), *(names.event_queue(shard) for shard in range(4))):
        with contextlib.suppress(RuntimeError):  # not there just now
            await asyncio.to_thread(world.rabbit.ctl, command, queue)
    return command


PURGES: Final = "purge or delete queues"
HARMS: Final[dict[str, tuple[Harm, int]]] = {
    "kill a service": (kill_service, 4),
    "kill both of a kind": (kill_kind, 2),
    "kill at a named point": (kill_at_point, 6),
    "pause a service": (pause_service, 3),
    "pause both of a kind": (pause_kind, 1),
    "kill RabbitMQ": (rabbit_kill, 2),
    "pause RabbitMQ": (rabbit_pause, 1),
    "delete RabbitMQ's data": (rabbit_wipe, 2),
    "RabbitMQ closes connections": (rabbit_close_connections, 2),
    "RabbitMQ memory alarm": (rabbit_alarm, 1),
    "kill PostgreSQL": (postgres_kill, 2),
    "PostgreSQL immediate restarts": (postgres_immediate, 1),
    "PostgreSQL ends sessions": (postgres_terminate, 2),
    "network delay": (network_delay, 1),
    "network reset": (network_reset, 2),
    "network black hole": (network_black_hole, 2),
    "meddle with actions": (meddle_actions, 2),
    "meddle with events": (meddle_events, 2),
    "kill everything": (everything, 1),
    PURGES: (purge_queues, 2),
}


def schedule(source: random.Random, *, purges: bool) -> list[str]:
    """Every kind of fault at least once, in a seeded order, common ones more often: one round of them."""
    kinds = [kind for kind, (_, weight) in HARMS.items() for _ in range(weight) if purges or kind != PURGES]
    source.shuffle(kinds)
    return kinds


async def inject(world: World, kind: str, source: random.Random) -> Injected:
    """Inject one fault, and undo it."""
    began = time.time()
    detail = await HARMS[kind][0](world, source)
    return Injected(kind, detail, began, time.time())


def _proxy(world: World, source: random.Random) -> tuple[ChaosProxy, str]:
    return source.choice(((world.broker_proxy, "RabbitMQ"), (world.store_proxy, "PostgreSQL")))


async def _paused(world: World, slots: list[Slot], seconds: float) -> str:
    world.supervisor.pause(slots)
    await asyncio.sleep(seconds)
    world.supervisor.resume(slots)
    return f"{slots[0].kind} {seconds:.1f} s"


async def _meddle(world: World, source: random.Random, slots: list[Slot], queues: list[str]) -> None:
    """With the consumers dead their messages lie in the queues: take them, and give them back otherwise."""
    world.supervisor.kill(slots, hold=True)
    await asyncio.sleep(0.5)
    broker = RabbitBroker(world.rabbit.url, name="meddler")
    await broker.connect()
    taken: list[OutgoingMessage] = []
    try:
        for queue in queues:
            exchange, _, key = queue.rpartition(".")
            taken += [OutgoingMessage(exchange, key, body) for body in await _take_all(broker, queue)]
        taken += [message for message in taken if source.random() < 0.3]
        source.shuffle(taken)
        late = [message for message in taken if source.random() < 0.2]
        await broker.publish([message for message in taken if message not in late])
        world.supervisor.release(slots)
        await asyncio.sleep(source.uniform(0.5, 3))
        await broker.publish(late)
    finally:
        world.supervisor.release(slots)
        await broker.close()


async def _take_all(broker: RabbitBroker, queue: str) -> list[bytes]:
    subscription = await broker.subscribe(queue, prefetch=1000)
    bodies: list[bytes] = []
    with contextlib.suppress(TimeoutError):
        while True:
            async with asyncio.timeout(0.3):
                deliveries = await subscription.receive(1000)
            bodies += [delivery.body for delivery in deliveries]
            subscription.ack(deliveries)
    await subscription.cancel()
    return bodies
