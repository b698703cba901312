"""What a run commanded about its children is carried out, also where a coordinator dies in the moment of its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from tests.support.cluster import Cluster, cluster
from tests.support.eventually import eventually

from warren import Workflow, run_handle, update, workflow
from warren.contracts import messages, names, wire
from warren.contracts.messages import RunStatus


@workflow
class LeftChild(Workflow):
    name = "left-child"

    async def run(self) -> None:
        await asyncio.sleep(100_000)


@workflow
class LeavingParent(Workflow):
    name = "leaving-parent"

    def __init__(self) -> None:
        self.is_over = False

    @update
    def end(self) -> None:
        self.is_over = True

    async def run(self, policy: str) -> str:
        child = await LeftChild().start(_parent_close_policy=policy)
        await self.wait_until(lambda: self.is_over)
        return str(child.id)


@pytest.fixture
async def working() -> AsyncIterator[Cluster]:
    async with cluster(compilers=1, coordinators=2) as made:
        await made.register(LeftChild, LeavingParent)
        yield made


@pytest.mark.parametrize(("policy", "status"), [("cancel", RunStatus.CANCELLED), ("terminate", RunStatus.FAILED)])
async def test_a_child_ends_though_the_coordinator_died_before_it_published(
    working: Cluster, policy: str, status: RunStatus
) -> None:
    run_id = await working.start(LeavingParent, policy=policy)
    await eventually(lambda: len(working.database.runs) == 2 and working.sequence(run_id) == [1, 2])
    (child,) = (run for run in working.database.runs.values() if run.run_id != run_id)
    coordinators = working.services[1:]
    for service in coordinators:
        service.broker.hangs_before_publishing = True
    request = messages.UpdateRun(run_id=run_id, update="end", id=uuid4().hex)
    await working.command(names.UPDATE_KEY, wire.dump(request))
    await eventually(lambda: working.database.runs[run_id].status is RunStatus.COMPLETED)
    assert working.database.runs[child.run_id].status is RunStatus.RUNNING
    for service in coordinators:
        await service.crash()
    await working.coordinator()
    await eventually(lambda: working.database.runs[child.run_id].status is status)


@workflow
class Sender(Workflow):
    """Ends in the moment in which it has told another run something, or has started a child that goes on."""

    name = "sender"

    async def run(self, to: str | None) -> None:
        if to is None:
            asyncio.create_task(LeftChild().start(_parent_close_policy="abandon"))  # noqa: RUF006 - nobody waits for it
        else:
            await asyncio.sleep(0.01)
            asyncio.create_task(run_handle(to).cancel())  # noqa: RUF006 - the same
        await asyncio.sleep(0)


async def test_what_a_run_asked_of_another_one_is_asked_though_the_coordinator_died(working: Cluster) -> None:
    await working.register(Sender)
    other = await working.start(LeftChild)
    for service in working.services[1:]:
        service.broker.hangs_before_publishing = True
    run_id = await working.start(Sender, to=str(other))
    await eventually(lambda: working.is_finished(run_id))
    assert working.run(other).status is RunStatus.RUNNING
    for service in working.services[1:]:
        await service.crash()
    await working.coordinator()
    await eventually(lambda: working.run(other).status is RunStatus.CANCELLED)


async def test_a_child_of_a_run_that_ended_at_once_is_started_though_the_compiler_died(working: Cluster) -> None:
    await working.register(Sender)
    working.services[0].broker.hangs_before_publishing = True
    run_id = await working.start(Sender, to=None)
    await eventually(lambda: working.is_finished(run_id))
    await working.services[0].crash()
    await working.compiler()
    await eventually(lambda: [run.workflow for run in working.database.runs.values()].count("left-child") == 1)
