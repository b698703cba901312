"""Runs that are paused, resumed, cancelled and terminated in a simulation: what is drawn, what must come of them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

from tests.chaos.plans import Limits, Plan, expected, generate
from tests.chaos.workload import MODULUS

from warren.contracts import messages, requests, wire
from warren.contracts.messages import RunStatus
from warren.contracts.plain import exception_message, exception_name
from warren.engine import DispatchAction, StartChild, load_commands
from warren.ports import StoredRun, TransitionRow

if TYPE_CHECKING:
    from tests.simulation.world import World

_SHARE: Final = 0.3
"""Of all seeds, those with such runs."""
_PLANS: Final = Limits(steps=4, depth=1, width=4, sleep=3.0, long=8.0)
_STOPPED_SECONDS: Final = 1.0
"""In a calm, a worker has stopped so long after the cancellation."""
KINDS: Final = (requests.PauseRun, requests.ResumeRun, requests.CancelRun, requests.TerminateRun)


class Step(NamedTuple):
    """A request, so long after the answer to the one before it."""

    after: float
    kind: type[requests.ControlRun]


@dataclass(frozen=True, slots=True)
class ControlledRun:
    """A run of `Controlled`, and what is asked of it. Each request is sent in so many `copies` at once."""

    run_id: UUID
    at: float
    plan: Plan
    total: int
    swallows: bool
    steps: tuple[Step, ...]
    copies: int


def controlled_runs(seed: int, window: float) -> list[ControlledRun]:
    """From a source of their own, like the neighbours."""
    source = random.Random(f"controlled of {seed}")
    if source.random() >= _SHARE:
        return []
    found = []
    for _ in range(source.randint(1, 3)):
        run_id, at = UUID(int=source.getrandbits(128), version=4), source.uniform(0, window / 2)
        plan = [["act", 1], *generate(source, _PLANS), ["long", source.uniform(1, 5), 3], ["sleep", 1], ["act", 4]]
        steps: list[Step] = []
        for _ in range(source.randint(0, 2)):
            steps.append(Step(source.uniform(0, 3), requests.PauseRun))
            steps.append(Step(source.uniform(0, 6), requests.ResumeRun))
        if not steps or source.random() < 0.5:
            if source.random() < 0.3:
                steps.append(Step(source.uniform(0, 3), requests.PauseRun))
            steps.append(Step(source.uniform(0, 5), source.choice((requests.CancelRun, requests.TerminateRun))))
        found.append(
            ControlledRun(
                run_id, at, plan, source.randint(0, 999), source.random() < 0.5, tuple(steps), source.choice((1, 1, 3))
            )
        )
    return found


def reason_of(run: ControlledRun, number: int) -> str:
    """What a request says."""
    return f"reason {number} of {run.run_id}"


def of_controlled(world: World, run: ControlledRun) -> Iterator[str]:
    """It has ended as it must: as if nothing had been asked, but for a cancellation or an end that it has taken."""
    stored = world.database.runs.get(run.run_id)
    if stored is None:
        yield "its confirmed start is lost"
        return
    if stored.status is RunStatus.RUNNING:
        return  # said already
    rows = [row for _, row in sorted(world.database.histories[run.run_id].items())]
    ends = [event for row in rows if isinstance(event := wire.load_event(row.event), messages.EndRequested)]
    found = _ending(stored)
    if not ends:
        wanted = (RunStatus.COMPLETED, json.dumps(expected(run.plan, run.total)))
    elif isinstance(ends[0], messages.TerminateRequested):
        wanted = (RunStatus.FAILED, f"warren.errors.RunTerminated: the run was terminated: {ends[0].reason}")
    elif run.swallows:
        wanted = (RunStatus.COMPLETED, json.dumps([ends[0].reason, (run.total * 31 + 1) % MODULUS]))
    else:
        wanted = (RunStatus.CANCELLED, f"asyncio.exceptions.CancelledError: {ends[0].reason}")
    if found != wanted:
        yield f"ended as {found}, not {wanted}"
    if stored.paused_at is not None:
        yield f"has ended, and is paused since {stored.paused_at}"
    if ends and world.scenario.profile == "calm":
        yield from _of_work(world, run, rows)


def _ending(stored: StoredRun) -> tuple[RunStatus, str]:
    if stored.status is RunStatus.COMPLETED:
        return stored.status, json.dumps(json.loads(stored.result or "null"))
    error = json.loads(stored.error or "null")
    return stored.status, f"{exception_name(error)}: {exception_message(error)}"


def _of_work(world: World, run: ControlledRun, rows: list[TransitionRow]) -> Iterator[str]:
    """What was cancelled has been stopped at once."""
    sent: dict[tuple[int, int], bool] = {}
    ended_at = None
    for row in rows:
        is_end = isinstance(wire.load_event(row.event), messages.EndRequested)
        for command in load_commands(row.commands):
            if isinstance(command, DispatchAction):
                sent[command.invocation, command.attempt] = ended_at is not None or is_end
        if is_end:
            ended_at = ended_at or row.at
    assert ended_at is not None
    for (run_id, invocation, attempt), at in world.performed.items():
        is_cancelled = run_id == run.run_id and not sent.get((invocation, attempt), True)
        if is_cancelled and at > world.moment(ended_at) + _STOPPED_SECONDS:
            yield f"attempt {attempt} of {invocation} was not stopped when its run was"


def of_pauses(rows: list[TransitionRow]) -> Iterator[str]:
    """Between a pause and a resumption nothing is dispatched and no timer fires; after an end there is nothing."""
    is_paused = is_over = False
    for row in rows:
        event = wire.load_event(row.event)
        if is_over:
            yield f"{event.type} came after the run was terminated"
        match event:
            case messages.PauseRequested():
                is_paused = True
            case messages.ResumeRequested() | messages.CancelRequested():
                is_paused = False
            case messages.TerminateRequested():
                is_over = True
            case messages.TimerDue() if is_paused:
                yield f"timer {event.timer} fired while the run was paused"
        started = [each for each in load_commands(row.commands) if isinstance(each, DispatchAction | StartChild)]
        if started and (is_paused or is_over):
            yield f"{started[0]} although the run was {'terminated' if is_over else 'paused'}"
