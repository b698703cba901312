"""Runs with children of each policy in a simulation: what is drawn, and what must come of them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from tests.chaos.family import POLICIES, Policy, ending_of

from warren.contracts import messages, wire
from warren.contracts.messages import RunStatus
from warren.engine import StartChild, load_commands
from warren.ports import StoredRun

if TYPE_CHECKING:
    from tests.simulation.world import World

_SHARE: Final = 0.3
"""Of all seeds, those with such runs."""


@dataclass(frozen=True, slots=True)
class Family:
    """A run of `Parent`."""

    run_id: UUID
    at: float
    count: int
    policy: Policy
    is_hasty: bool


def families(seed: int, window: float) -> list[Family]:
    """From a source of their own, like the neighbours."""
    source = random.Random(f"families of {seed}")
    if source.random() >= _SHARE:
        return []
    return [
        Family(
            run_id=UUID(int=source.getrandbits(128), version=4),
            at=source.uniform(0, window / 2),
            count=source.randint(0, 8),
            policy=source.choice(POLICIES),
            is_hasty=source.random() < 0.3,
        )
        for _ in range(source.randint(1, 2))
    ]


def children_of(world: World, family: Family) -> dict[UUID, StoredRun]:
    """The children of a family's parent that there are."""
    parent = f'"{family.run_id}"'
    return {run_id: run for run_id, run in world.database.runs.items() if run.parent and parent in run.parent}


def started_by(world: World, family: Family) -> dict[UUID, StartChild]:
    """The children that its parent has commanded to be started."""
    return {
        command.run_id: command
        for row in world.database.histories.get(family.run_id, {}).values()
        for command in load_commands(row.commands)
        if isinstance(command, StartChild)
    }


def has_settled(world: World, family: Family) -> bool:
    """Whether all of its children were there and have ended."""
    found = children_of(world, family)
    return found.keys() == started_by(world, family).keys() and all(
        run.status is not RunStatus.RUNNING for run in found.values()
    )


def of_family(world: World, family: Family) -> Iterator[str]:
    """Each signal was heard once and in order; each child was started once, and has ended as its policy says."""
    stored = world.database.runs.get(family.run_id)
    if stored is None:
        yield "its confirmed start is lost"
        return
    if stored.status is RunStatus.RUNNING:
        return  # said already
    if stored.status is not RunStatus.COMPLETED:
        yield f"ended as {stored.status} with {stored.error}"
        return
    heard, tried = json.loads(stored.result or "null")
    if (heard, tried) != (list(range(family.count)), family.count):
        yield f"ended with {heard}, {tried}; told were {family.count} numbers in order"
    found, started = children_of(world, family), started_by(world, family)
    if found.keys() != started.keys():
        yield f"has commanded the children {started.keys()}, and there are {found.keys()}"
        return
    for run_id, child in found.items():
        yield from (f"child {run_id}: {text}" for text in _of_child(world, family, child, started[run_id]))


def _of_child(world: World, family: Family, child: StoredRun, command: StartChild) -> Iterator[str]:
    rows = [wire.load_event(row.event) for _, row in sorted(world.database.histories[child.run_id].items())]
    if sum(isinstance(event, messages.RunStarted) for event in rows) != 1:
        yield "was not started once"
    wanted = ending_of(command, family.policy)
    if world.scenario.profile == "purges":
        wanted = {*wanted, RunStatus.RUNNING}  # a purged queue loses requests, which nobody sends again
    if child.status not in wanted:
        yield f"its parent has ended, and it is {child.status}, not {wanted} ({command.workflow}, {family.policy})"
    if child.workflow == "chaos.hearer":
        heard = [event.payload for event in rows if isinstance(event, messages.SignalReceived)]
        if heard != list(range(family.count)):
            yield f"its history has the signals {heard}"
