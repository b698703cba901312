"""Updates on their way through compiler and coordinator, over memory adapters: each is done and answered once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.support.cluster import Cluster, cluster
from tests.support.eventually import eventually

from warren import Workflow, update, workflow
from warren.contracts import messages, names, wire
from warren.ports import TransitionRow


@workflow
class Account(Workflow):
    def __init__(self) -> None:
        self.balance = 0
        self.is_closed = False

    @update
    def pay_in(self, amount: int) -> int:
        self.balance += amount
        return self.balance

    @pay_in.validator
    def check_pay_in(self, amount: int) -> None:
        if amount <= 0:
            raise ValueError("an amount is positive")

    @update
    async def pay_in_later(self, amount: int, above: int) -> int:
        await self.wait_until(lambda: self.balance > above)
        self.balance += amount
        return self.balance

    @update
    def take_out(self, amount: int) -> int:
        self.balance -= amount
        return self.balance

    @take_out.validator
    def check_take_out(self, amount: int) -> None:
        if amount > self.balance:
            raise ValueError("there is not so much")

    @update
    def close(self) -> None:
        self.is_closed = True

    async def run(self) -> int:
        await self.wait_until(lambda: self.is_closed)
        return self.balance


@pytest.fixture
async def working() -> AsyncIterator[Cluster]:
    async with cluster(compilers=2, coordinators=2) as made:
        await made.register(Account)
        yield made


def asked(run_id: UUID, name: str, *, id: str | None = None, **arguments: Any) -> bytes:  # noqa: A002 - the field's word
    request = messages.UpdateRun(run_id=run_id, update=name, arguments=arguments, id=id or uuid4().hex)
    return wire.dump(request)


async def send(working: Cluster, body: bytes) -> messages.Reply:
    await working.command(names.UPDATE_KEY, body, correlation_id=uuid4().hex)
    return await working.reply()


async def done(working: Cluster, body: bytes) -> messages.RequestDone:
    reply = await send(working, body)
    assert isinstance(reply, messages.RequestDone), reply
    return reply


async def code_of(working: Cluster, body: bytes) -> str:
    reply = await send(working, body)
    assert isinstance(reply, messages.Refused), reply
    return reply.error.code


async def test_an_update_is_answered_with_what_it_returns(working: Cluster) -> None:
    run_id = await working.start(Account)
    assert (await done(working, asked(run_id, "pay_in", amount=3))).result == 3
    assert (await done(working, asked(run_id, "pay_in", amount=4))).result == 7
    assert working.sequence(run_id) == [1, 2, 3]


async def test_a_validator_that_refuses_makes_no_transition(working: Cluster) -> None:
    run_id = await working.start(Account)
    assert await code_of(working, asked(run_id, "pay_in", amount=-1)) == "update_refused"
    assert working.sequence(run_id) == [1]
    bodies = [asked(run_id, "pay_in", amount=amount) for amount in (1, -1, 2, -2)]
    await asyncio.gather(*(working.command(names.UPDATE_KEY, each, correlation_id=uuid4().hex) for each in bodies))
    replies = [await working.reply() for _ in bodies]
    refused = [reply.error.code for reply in replies if isinstance(reply, messages.Refused)]
    assert refused == ["update_refused"] * 2
    assert working.sequence(run_id) == [1, 2, 3]


async def test_the_same_id_has_one_answer_however_often_it_is_asked_for(working: Cluster) -> None:
    run_id = await working.start(Account)
    once = asked(run_id, "pay_in", id="once", amount=3)
    assert [(await done(working, once)).result for _ in range(3)] == [3, 3, 3]
    assert (await done(working, asked(run_id, "pay_in", amount=1))).result == 4
    assert (await done(working, once)).result == 3
    assert working.sequence(run_id) == [1, 2, 3]


async def test_copies_that_come_together_are_each_answered(working: Cluster) -> None:
    run_id = await working.start(Account)
    body = asked(run_id, "pay_in", id="once", amount=3)
    for _ in range(5):
        await working.command(names.UPDATE_KEY, body, correlation_id=uuid4().hex)
    replies = [await working.reply() for _ in range(5)]
    assert {reply.result for reply in replies if isinstance(reply, messages.RequestDone)} == {3}
    assert working.sequence(run_id) == [1, 2]


async def test_an_update_that_waits_is_answered_by_what_others_do(working: Cluster) -> None:
    run_id = await working.start(Account)
    later = asked(run_id, "pay_in_later", id="later", amount=10, above=5)
    await working.command(names.UPDATE_KEY, later, correlation_id="first")
    await eventually(lambda: working.sequence(run_id) == [1, 2])
    await working.command(names.UPDATE_KEY, later, correlation_id="again")
    await eventually(lambda: working.sequence(run_id) == [1, 2, 3])  # that somebody else waits is part of the history
    await working.command(names.UPDATE_KEY, asked(run_id, "pay_in", amount=6), correlation_id="paid")
    replies = [await working.reply() for _ in range(3)]
    assert sorted(reply.result for reply in replies if isinstance(reply, messages.RequestDone)) == [6, 16, 16]
    assert (await done(working, later)).result == 16


async def test_an_ended_run_gives_the_answers_that_it_gave_and_takes_no_more(working: Cluster) -> None:
    run_id = await working.start(Account)
    once = asked(run_id, "pay_in", id="once", amount=3)
    undone = asked(run_id, "pay_in_later", id="undone", amount=10, above=5)
    await done(working, once)
    await working.command(names.UPDATE_KEY, undone, correlation_id="first")
    await working.command(names.UPDATE_KEY, asked(run_id, "close", id="close"), correlation_id="close")
    replies = [await working.reply() for _ in range(3)]
    (left,) = [reply for reply in replies if isinstance(reply, messages.RequestDone) and reply.error is not None]
    assert left.id == "undone"
    assert left.error["t"] == "warren.errors:RunEnded"
    await eventually(lambda: working.sequence(run_id) == [1, 2, 3, 4])
    assert (await done(working, once)).result == 3
    assert (await done(working, undone)).error["t"] == "warren.errors:RunEnded"
    assert (await done(working, asked(run_id, "close", id="close"))).result is None
    assert await code_of(working, asked(run_id, "pay_in", amount=1)) == "run_ended"


async def test_what_is_wrong_is_refused(working: Cluster) -> None:
    run_id = await working.start(Account)
    assert await code_of(working, asked(run_id, "pay_out", amount=1)) == "invalid_input"
    assert await code_of(working, asked(run_id, "pay_in", amount="much")) == "invalid_input"
    assert await code_of(working, asked(run_id, "pay_in")) == "invalid_input"
    assert working.sequence(run_id) == [1]


async def test_a_coordinator_that_dies_before_it_publishes_answers_nevertheless(working: Cluster) -> None:
    run_id = await working.start(Account)
    await eventually(lambda: run_id in working.database.runs)
    coordinators = working.services[2:]
    for service in coordinators:
        service.broker.hangs_before_publishing = True
    await working.command(names.UPDATE_KEY, asked(run_id, "pay_in", id="once", amount=3))
    await eventually(lambda: working.sequence(run_id) == [1, 2])
    for service in coordinators:
        await service.crash()
    await working.coordinator()
    reply = await working.reply()
    assert isinstance(reply, messages.RequestDone)
    assert reply.result == 3
    assert working.sequence(run_id) == [1, 2]


async def test_no_update_is_refused_for_what_another_coordinator_has_changed_since(working: Cluster) -> None:
    run_id = await working.start(Account)
    later = asked(run_id, "take_out", amount=1)
    assert await code_of(working, later) == "update_refused"
    event = messages.UpdateRequested(run_id=run_id, id="elsewhere", name="pay_in", arguments={"amount": 5})
    row = TransitionRow(run_id, 2, datetime.now(UTC), event.subject, wire.dump(event).decode(), "[]")
    working.database.histories[run_id][2] = row
    assert (await done(working, later)).result == 4
