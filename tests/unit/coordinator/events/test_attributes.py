"""Attributes through compiler and coordinator over memory adapters: written with the transition, once, whoever dies."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from tests.support.cluster import Cluster, cluster
from tests.support.eventually import eventually
from tests.support.service_workflows import Labelled, Twice

from warren.contracts import messages, names, wire
from warren.contracts.ids import new_run_id
from warren.contracts.messages import RunStatus
from warren.engine import UpsertAttributes, load_commands
from warren.ports import RunDetails, RunUpdate


@pytest.fixture
async def working() -> AsyncIterator[Cluster]:
    async with cluster() as made:
        await made.register(Labelled, Twice)
        yield made


async def start(made: Cluster, **fields: Any) -> UUID:
    request = messages.StartRun(workflow="labelled", input={"steps": 3}, run_id=new_run_id(), **fields)
    await made.command(names.START_KEY, wire.dump(request))
    assert request.run_id is not None
    return request.run_id


def details(made: Cluster, run_id: UUID) -> dict[str, Any]:
    return dict(made.database.details.get(run_id, RunDetails()).attributes)


async def step(made: Cluster, number: int) -> None:
    await made.succeed(await made.actions(1), number)


async def test_each_transition_stores_what_it_sets(working: Cluster) -> None:
    run_id = await start(working, attributes={"region": "eu", "step": -1}, memo={"note": "x"})
    first = await working.actions(1)
    assert details(working, run_id) == {"region": "eu", "step": 0, "tags": ["0"]}
    assert working.database.details[run_id].memo == '{"note":"x"}'
    await working.succeed(first, 1)
    second = await working.actions(1)
    assert details(working, run_id) == {"region": "eu", "step": 1, "tags": ["0", "1"]}
    await working.succeed(second, 1)
    await step(working, 1)
    assert (await working.finished()).status is RunStatus.COMPLETED
    assert details(working, run_id) == {"region": "eu", "end": True}
    assert working.database.details[run_id].memo == '{"note":"x"}'


async def test_a_run_that_ends_at_once_has_them(working: Cluster) -> None:
    run_id = new_run_id()
    request = messages.StartRun(workflow="labelled", input={"steps": 0}, run_id=run_id)
    await working.command(names.START_KEY, wire.dump(request))
    assert (await working.finished()).run_id == run_id
    assert details(working, run_id) == {"end": True}


@pytest.mark.parametrize("seeds", [True, False])
async def test_events_that_come_twice_and_a_coordinator_that_dies_change_nothing_twice(seeds: bool) -> None:
    async with cluster() as made:
        await made.register(Labelled)
        run_id = await start(made)
        victim = made.services[1]
        victim.broker.hangs_before_publishing = True
        first = await made.actions(1, with_seeds=seeds)
        await made.succeed(first, 1)
        await eventually(lambda: made.sequence(run_id) == [1, 2])
        assert details(made, run_id) == {"step": 1, "tags": ["0", "1"]}
        await victim.crash()
        await made.coordinator()
        second = await made.actions(1)
        await made.succeed(first, 7)
        await made.succeed(second, 1)
        third = await made.actions(1)
        assert details(made, run_id) == {"step": 2, "tags": ["0", "1", "2"]}
        await made.succeed(third, 1)
        await made.finished()
        assert details(made, run_id) == {"end": True}
        rows = made.database.histories[run_id].values()
        told = [one for row in rows for one in load_commands(row.commands) if isinstance(one, UpsertAttributes)]
        assert len(told) == 4


async def test_a_run_that_goes_on_from_a_snapshot_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warren_coordinator.run_cache.FIRST_SNAPSHOT", 2)
    monkeypatch.setattr("warren_coordinator.run_cache._WORTH", 1)
    async with cluster() as made:
        await made.register(Labelled)
        run_id = await start(made, attributes={"region": "eu"})
        await step(made, 1)
        last = await made.actions(1)
        assert run_id in made.database.snapshots
        await made.services[1].crash()
        await made.coordinator()
        await made.succeed(last, 1)
        await made.actions(1)
        assert details(made, run_id) == {"region": "eu", "step": 2, "tags": ["0", "1", "2"]}


async def test_who_has_none_commits_none(working: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[RunUpdate] = []
    for service in working.services:
        commit = service.store.commit

        async def noted(transitions: Any, updates: Any = (), snapshots: Any = (), commit: Any = commit) -> Any:
            seen.extend(updates)
            return await commit(transitions, updates, snapshots)

        monkeypatch.setattr(service.store, "commit", noted)
    await working.start(Twice, n=1)
    await step(working, 1)
    await step(working, 1)
    await working.finished()
    assert [update.attributes for update in seen] == [{}]
    assert working.database.details == {}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"attributes": {"status": "x"}}, "attributes: an attribute cannot be called 'status'"),
        ({"attributes": {"a": {"b": 1}}}, "attributes: attribute 'a': a value is a str"),
        ({"memo": {"a": "x" * 70_000}}, "the memo has 70,008 bytes as JSON"),
    ],
)
async def test_a_start_with_what_cannot_be_one_is_refused(working: Cluster, fields: dict[str, Any], says: str) -> None:
    await start(working, **fields)
    reply = await working.reply()
    assert isinstance(reply, messages.Refused)
    assert reply.error.code == "invalid_input"
    assert says in reply.error.message
    assert working.database.details == {}
