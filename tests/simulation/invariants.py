"""What must hold after every simulation, whatever happened. Reads the database and the ledger, changes nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from tests.chaos.attempts import of_attempts
from tests.chaos.elsewhere import expected
from tests.chaos.hostile import KINDS
from tests.e2e.histories import attributes_in
from tests.simulation.chains import chain_of, of_chains
from tests.simulation.controls_of_runs import of_controlled, of_pauses
from tests.simulation.families import of_family
from tests.simulation.scenario import ElsewhereRun, HostileRun, PlannedRun, ToldRun
from tests.simulation.world import World

from warren.contracts import messages, wire
from warren.contracts.messages import RunStatus
from warren.engine import Executable, StartTimer, load_commands
from warren.ports import LoadedRun, RunDetails, StoredRun, TransitionRow
from warren.runs.command_dispatch import answers_among
from warren.runs.replay import replay

LATER_SECONDS: Final = 2.0
"""How much later than alone an ordinary run may end beside bad neighbours (virtual time, without other faults)."""


def violations(world: World, executables: Mapping[str, Executable]) -> Iterator[str]:
    """Every rule that was broken, as a sentence."""
    yield from world.problems
    for run in world.scenario.runs:
        stored = world.database.runs.get(run.run_id)
        if stored is None:
            yield f"{run.run_id}: its confirmed start is lost"
            continue
        yield from (f"{run.run_id}: {text}" for text in _of_outcome(world, run, stored))
    for neighbour in world.scenario.neighbours:
        yield from (f"{neighbour.run_id} ({neighbour.kind}): {text}" for text in _of_neighbour(world, neighbour))
    for told in world.scenario.told:
        yield from (f"{told.run_id}: {text}" for text in _of_told(world, told))
    for other in world.scenario.elsewhere:
        yield from (f"{other.run_id}: {text}" for text in _of_elsewhere(world, other))
    for run_id, seen in world.follower.seen.items():
        made = sorted(world.database.histories.get(run_id, {}))
        if run_id in world.follower.done and seen != made:
            yield f"{run_id}: who followed it saw the transitions {seen}, not {made}"
    for one in world.scenario.controlled:
        yield from (f"{one.run_id}: {text}" for text in of_controlled(world, one))
    scenario = world.scenario
    for family in scenario.families:
        yield from (f"{family.run_id}: {text}" for text in of_family(world, family))
    everybody: list[Any] = [*scenario.runs, *scenario.neighbours, *scenario.told, *scenario.elsewhere]
    everybody += [*scenario.controlled, *scenario.families]
    controlled = [str(run.run_id) for run in scenario.controlled]
    related = [str(family.run_id) for family in scenario.families]  # `of_family` says what becomes of children
    planned = {run.run_id for run in everybody}
    for run_id, stored in world.database.runs.items():
        rows = [row for _, row in sorted(world.database.histories[run_id].items())]
        yield from (f"{run_id}: {text}" for text in _of_history(executables[stored.version], stored, rows))
        kept = world.database.details.get(run_id, RunDetails()).attributes
        if kept != (folded := attributes_in(rows)):
            yield f"{run_id}: it can be found by {kept}, and its history says {folded}"
        if stored.parent is None and run_id not in planned and stored.continued_from is None:
            yield f"{run_id}: nobody started it"
        yield from (f"{run_id}: {text}" for text in of_pauses(rows))
        is_let_go = stored.parent is not None and any(each in stored.parent for each in [*controlled, *related])
        if stored.parent is not None and stored.status is not RunStatus.COMPLETED and not is_let_go:
            yield f"{run_id}: a child run is {stored.status}: {stored.error}"
    yield from of_chains(world)
    places = Counter((row.run_id, row.seq) for row in world.transitions)
    yield from (
        f"{run_id}: transition {seq} was recorded {count} times" for (run_id, seq), count in places.items() if count > 1
    )
    yield from _of_ledger(world)
    is_asked = scenario.told or scenario.followed or controlled
    known = {"run_not_found"} if is_asked else set()  # a request waits for its run for 10 seconds
    known |= {"run_ended"} if scenario.elsewhere else set()  # the other party contradicts itself to the end
    if controlled:
        known |= {"run_ended", "unknown_run"}  # a child may be cancelled before its start was taken
    yield from (f"parked: {text}" for text in world.dead_letters() if not any(code in text for code in known))
    if depths := world.depths():
        yield f"messages are left in the queues: {depths}"


def _of_outcome(world: World, run: PlannedRun, stored: StoredRun) -> Iterator[str]:
    known = run.result
    if stored.status is RunStatus.RUNNING:
        return  # said already
    if stored.status is not RunStatus.COMPLETED or json.loads(stored.result or "null") != known:
        yield f"ended as {stored.status} with {stored.result or stored.error}, not {known}"
    attributes = world.database.details.get(run.run_id, RunDetails()).attributes
    if attributes != (wanted := {"given": run.total, "total": known, "ended": True}):
        yield f"it can be found by {attributes}, not {wanted}"
    outcome = world.client.outcomes.get(run.run_id)
    if outcome is not None and (outcome.status is not RunStatus.COMPLETED or outcome.result != known):
        yield f"the client was told {outcome.status} {outcome.result}, not {known}"
    starts = run.times + world.client.sent_again[run.run_id]
    if world.scenario.profile == "calm" and not 1 <= world.client.answers[run.run_id] <= starts:
        yield f"the client was answered {world.client.answers[run.run_id]} times"


def _of_told(world: World, run: ToldRun) -> Iterator[str]:
    """Each signal and update has arrived once, in the order in which they were sent, and each update was answered once
    in the history; in a calm, each copy was answered at once.
    """
    chain = chain_of(world, run.run_id)
    stored = chain[-1] if chain else None
    if stored is None:
        yield "its confirmed start is lost"
    elif stored.status is not RunStatus.COMPLETED or json.loads(stored.result or "null") != run.result:
        yield f"ended as {stored.status} with {stored.result or stored.error}; told were {run.count} numbers in order"
    if world.scenario.profile == "calm" and not world.scenario.neighbours and world.client.asked_again[run.run_id]:
        yield f"signals were not answered, {world.client.asked_again[run.run_id]} times"
    outcome = world.client.outcomes.get(run.run_id)
    if stored is not None and outcome is not None and outcome.run_id != stored.run_id:
        yield f"who waited for it was told of {outcome.run_id}, and not of {stored.run_id}, which came last"
    runs = {each.run_id for each in chain}
    rows = [row for row in world.transitions if row.run_id in runs]
    given = Counter(answer.id for row in rows for answer in answers_among(load_commands(row.commands)))
    expected = Counter(str(number) for number in range(run.count) if run.answer(number) is not None)
    if stored is not None and stored.status is RunStatus.COMPLETED and given != expected:
        yield f"updates were answered so often: {dict(given)}"


def _of_elsewhere(world: World, run: ElsewhereRun) -> Iterator[str]:
    """Each action has the other party's one answer."""
    stored, known = world.database.runs.get(run.run_id), expected(run.count)
    if stored is None:
        yield "its confirmed start is lost"
    elif stored.status is not RunStatus.COMPLETED or json.loads(stored.result or "null") != known:
        yield f"ended as {stored.status} with {stored.result or stored.error}, not {known}"


def _of_neighbour(world: World, run: HostileRun) -> Iterator[str]:
    """Each has ended as its kind must, and its owner was told why."""
    expected = KINDS[run.kind]
    refusal = world.client.refusals.get(run.run_id)
    stored = world.database.runs.get(run.run_id)
    if expected.status is None:
        if refusal is None or stored is not None:
            yield f"was not refused: {stored}"
        return
    if stored is None:
        yield "its confirmed start is lost"
    elif stored.status is not expected.status or expected.says not in (stored.error or ""):
        yield f"ended as {stored.status} with {stored.result or stored.error}, not {expected}"


def delays(world: World, without: World) -> Iterator[str]:
    """Ordinary runs that end later than in the same seed without bad neighbours."""
    for run in world.scenario.runs:
        ended, alone = world.client.ended_at.get(run.run_id), without.client.ended_at.get(run.run_id)
        if ended is not None and alone is not None and ended > alone + LATER_SECONDS:
            yield f"{run.run_id}: ended {ended - alone:.2f} s later than without bad neighbours"


def _of_history(executable: Executable, stored: StoredRun, rows: list[TransitionRow]) -> Iterator[str]:
    if [row.seq for row in rows] != list(range(1, len(rows) + 1)):
        yield f"the history has gaps: {[row.seq for row in rows]}"
        return
    try:
        state = replay(executable, LoadedRun(run=stored, snapshot=None, transitions=rows))
    except Exception as error:
        yield f"the history cannot be replayed: {error!r}"
        return
    if state.status is not stored.status or (
        state.status is RunStatus.COMPLETED and state.result != json.loads(stored.result or "null")
    ):
        yield f"folding the history gives {state.status} {state.result}, the row says {stored.status} {stored.result}"
    accepted: Counter[int] = Counter()
    fired: Counter[int] = Counter()
    due_at = {}
    for row in rows:
        event = wire.load_event(row.event)
        for command in load_commands(row.commands):
            if isinstance(command, StartTimer):
                due_at[command.timer] = command.due_at
        match event:
            case messages.ActionSucceeded() | messages.ActionAnswered(error=None):
                accepted[event.invocation] += 1
            case messages.TimerDue():
                fired[event.timer] += 1
                if event.timer not in due_at:
                    yield f"timer {event.timer} fired without having been started"
                elif row.at < due_at[event.timer]:
                    yield f"timer {event.timer} fired {due_at[event.timer] - row.at} early"
    yield from of_attempts(rows)
    yield from (f"invocation {number} has {count} results" for number, count in accepted.items() if count > 1)
    yield from (f"timer {number} fired {count} times" for number, count in fired.items() if count > 1)


def _of_ledger(world: World) -> Iterator[str]:
    """An attempt runs once; each fault may have it run once more (with several messages of it on their way, more)."""
    scenario = world.scenario
    deaths = world.deaths.total()
    if scenario.profile == "calm":
        allowed = 1
    elif scenario.profile == "deaths":
        allowed = 1 + deaths
    else:
        disturbances = world.injected.total() + world.server.duplicated + world.server.lost_confirms + deaths
        allowed = 1 + 2 * disturbances
    known: dict[UUID, int] = {}
    for (run_id, invocation, attempt), count in world.ledger.items():
        known[run_id] = max(known.get(run_id, 0), invocation)
        if count > allowed:
            yield f"{run_id}: attempt {attempt} of {invocation} was executed {count} times, allowed are {allowed}"
