"""What must hold after a chaos run: read from the database, the broker and the ledger, once everything is calm."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from uuid import UUID

from tests.chaos.attempts import of_attempts
from tests.chaos.family import Policy, ending_of
from tests.chaos.faults import Injected
from tests.chaos.ledger import Execution, read_ledger
from tests.chaos.world import StartedRun, World
from tests.e2e.histories import check_run, full_history

from warren.adapters.rabbitmq import RabbitBroker
from warren.contracts import messages, names, wire
from warren.contracts.messages import RunStatus
from warren.contracts.topology import standard_topology
from warren.engine import StartChild, StartTimer, load_commands
from warren.errors import RunEnded, RunNotFound, WarrenError
from warren.ports import LoadedRun, StoredRun, TransitionRow
from warren.runs.programs import Programs
from warren.runs.replay import replay

_BEFORE_SECONDS = 60.0
"""A fault may have an attempt executed again this much later at most (what a paused process held, and leases)."""
_DRAIN_SECONDS = 40.0
_NEVER_EMPTY = (names.DEAD_QUEUE, names.MARKER_QUEUE, names.BLOCKED_QUEUE)


_EXPECTED = (RunNotFound.code, RunEnded.code, "unknown_run")
"""Why requests may be refused: they came before their run and were sent again, or too late; or a child is cancelled
before its start was taken."""


async def violations(world: World, injected: list[Injected], *, has_neighbours: bool = False) -> AsyncIterator[str]:
    """Every rule that was broken, as a sentence. What bad neighbours sent may lie in the dead letters."""
    for problem in (*world.problems, *world.supervisor.problems):
        yield problem
    async for problem in _of_queues(world, has_neighbours=has_neighbours):
        yield problem
    executions = list(read_ledger(world.ledger))
    accepted: Counter[tuple[UUID, int, int]] = Counter()
    programs = Programs(world.made.store)
    for run in world.runs:
        async for problem in _of_run(world, programs, run, accepted):
            yield f"{run.run_id}: {problem}"
    for problem in _of_executions(world, executions, accepted, injected):
        yield problem


async def _of_run(
    world: World, programs: Programs, run: StartedRun, accepted: Counter[tuple[UUID, int, int]]
) -> AsyncIterator[str]:
    stored = await world.made.store.get_run(run.run_id)
    if stored is None:
        yield "its confirmed start is lost"
        return
    found = json.loads(stored.result or "null")
    if stored.status is not RunStatus.COMPLETED or found not in run.results:
        yield f"ended as {stored.status} with {stored.result or stored.error}, not {run.result}"
        for line in await _what_is_open(world, programs, stored):
            yield line
        return
    try:
        await check_run(world.made.store, programs, stored)
    except (AssertionError, WarrenError) as error:
        yield str(error)
    rows = await full_history(world.made.store, run.run_id)
    for problem in _of_history(rows, accepted):
        yield problem
    if run.policy is not None:
        async for problem in _of_children(world, rows, run.policy):
            yield problem


async def _of_children(world: World, rows: list[TransitionRow], policy: Policy) -> AsyncIterator[str]:
    """Each child has ended as its policy says, within a while: one that its parent gave up before it was there, too."""
    started = [c for row in rows for c in load_commands(row.commands) if isinstance(c, StartChild)]
    deadline = asyncio.get_running_loop().time() + _DRAIN_SECONDS
    for command in started:
        wanted = ending_of(command, policy)
        while True:
            child = await world.made.store.get_run(command.run_id)
            is_over = child is not None and child.status is not RunStatus.RUNNING
            if is_over or asyncio.get_running_loop().time() > deadline:
                break
            await asyncio.sleep(0.5)
        if child is None or child.status not in wanted:
            status = "not there" if child is None else child.status
            yield f"its child {command.run_id} of {command.workflow} is {status}, not {wanted} ({policy})"


async def _what_is_open(world: World, programs: Programs, run: StoredRun) -> list[str]:
    """What a run that did not end waits for, its last transitions, and what the services' logs say of it."""
    rows = await full_history(world.made.store, run.run_id)
    pending = replay(await programs.get(run.version), LoadedRun(run, None, rows)).pending_commands()
    lines = [f"shard {run.shard}, wake at {run.wake_at}, waits for {pending}"]
    for row in rows:
        if any(command in pending for command in load_commands(row.commands)) or row.seq > len(rows) - 3:
            lines.append(f"{row.seq} at {row.at:%H:%M:%S.%f}: {row.event[:300]} -> {row.commands[:600]}")
    for service in world.made.all:
        log = service.log.read_text(errors="replace").splitlines()
        lines += [f"{service.log.name}: {line}" for line in log if str(run.run_id) in line]
    return lines


def _of_history(rows: list[TransitionRow], accepted: Counter[tuple[UUID, int, int]]) -> Iterator[str]:
    due_at = {}
    results: Counter[int] = Counter()
    fired: Counter[int] = Counter()
    for row in rows:
        for command in load_commands(row.commands):
            if isinstance(command, StartTimer):
                due_at[command.timer] = command.due_at
        match event := wire.load_event(row.event):
            case messages.ActionSucceeded() | messages.ActionAnswered(error=None):
                results[event.invocation] += 1
                accepted[event.run_id, event.invocation, event.attempt] += 1
            case messages.TimerDue():
                fired[event.timer] += 1
                if row.at < due_at[event.timer]:
                    yield f"timer {event.timer} fired {due_at[event.timer] - row.at} early"
    yield from of_attempts(rows)
    yield from (f"invocation {number} has {count} results" for number, count in results.items() if count > 1)
    yield from (f"timer {number} fired {count} times" for number, count in fired.items() if count > 1)


def _of_executions(
    world: World,
    executions: list[Execution],
    accepted: Counter[tuple[UUID, int, int]],
    injected: list[Injected],
) -> Iterator[str]:
    """Every result comes from an execution; an attempt is executed again only where a fault may have been the cause."""
    times: dict[tuple[UUID, int, int], list[float]] = {}
    for each in executions:
        times.setdefault((each.run_id, each.invocation, each.attempt), []).append(each.at)
    yield from (f"the result of {attempt} comes from no execution" for attempt in accepted if attempt not in times)
    known = {run.run_id for run in world.runs}
    disturbed = [(fault.began, fault.ended) for fault in injected] + [(at, at) for at in world.supervisor.died_at]
    for attempt, at in times.items():
        if len(at) > 1 and attempt[0] in known:
            causes = sum(1 for began, ended in disturbed if began <= max(at) and ended >= min(at) - _BEFORE_SECONDS)
            if len(at) > 1 + 2 * causes:
                yield f"{attempt} was executed {len(at)} times around {causes} faults"


async def _of_queues(world: World, *, has_neighbours: bool) -> AsyncIterator[str]:
    topology = standard_topology(shards=4, queue_type="quorum")
    waiting = [queue.name for queue in topology.queues if queue.name not in _NEVER_EMPTY]
    deadline = asyncio.get_running_loop().time() + _DRAIN_SECONDS
    while True:
        lines = await asyncio.to_thread(world.rabbit.ctl, "list_queues", "name", "messages")
        depths = {name: int(count) for name, count in (line.split() for line in lines.splitlines()[1:])}
        left = {name: depths.get(name) for name in waiting if depths.get(name)}
        if not left or asyncio.get_running_loop().time() > deadline:
            break
        await asyncio.sleep(0.5)
    if left:
        yield f"messages are left in the queues: {left}"
        for what in (("list_queues", "name", "state", "messages_unacknowledged", "consumers"), ("list_consumers",)):
            yield await asyncio.to_thread(world.rabbit.ctl, *what)
    for kept in await world.made.store.quarantined():
        yield f"left in the quarantine: {kept.exchange} {kept.routing_key}, run {kept.run_id}: {kept.reason}"
    if depths.get(names.DEAD_QUEUE):
        broker = RabbitBroker(world.rabbit.url, name="checker")
        await broker.connect()
        subscription = await broker.subscribe(names.DEAD_QUEUE, prefetch=10_000)
        planned = [str(run.run_id).encode() for run in world.runs]
        for delivery in await subscription.receive(10_000):
            if has_neighbours and not any(run_id in delivery.body for run_id in planned):
                continue
            if delivery.headers.get(names.HEADER_REASON) in _EXPECTED:
                continue
            headers = {key: value for key, value in delivery.headers.items() if key.startswith("x-")}
            yield f"parked (of {depths[names.DEAD_QUEUE]}): {headers} {delivery.body[:300]!r}"
        await broker.close()
