"""What is published parses as the contract's messages, shares messages only where it may, and keeps their bounds."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from tests.support.eventually import eventually

from warren.adapters.memory.broker import MemoryBroker
from warren.adapters.memory.store import MemoryRunStore
from warren.contracts import messages, names, wire
from warren.contracts.messages import RunStatus
from warren.engine.commands import ContinueRun, DispatchAction
from warren.ports import OutgoingMessage, ReplyAddress, StoredRun
from warren.runs.durations import ConsumerCounts, Durations
from warren.runs.outbox import Outbox, RunHeader
from warren.runtime.batching import COMMANDS

RUN = UUID(int=7)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
SHORT = "m:short"


@pytest.fixture
def durations() -> Durations:
    known = Durations()
    known.observe(SHORT, 1.0)
    return known


@pytest.fixture
def consumers() -> ConsumerCounts:
    return ConsumerCounts(MemoryBroker())


def header(trace: str | None = None) -> RunHeader:
    return RunHeader(run_id=RUN, workflow='or"der', shard=3, trace=trace)


def actions(published: list[OutgoingMessage]) -> list[list[messages.RunAction]]:
    assert all(message.exchange == names.ACTIONS_EXCHANGE for message in published)
    return [list(wire.load(messages.ActionBatch, message.body).items) for message in published]


def test_an_action_carries_all_that_a_worker_needs(durations: Durations, consumers: ConsumerCounts) -> None:
    outbox = Outbox(durations, consumers, shards=4)
    command = DispatchAction(5, 2, "m:ä", "gpu", [1, {"$": "tuple", "v": ["\u2028"]}], {"k": None}, 1.5)
    outbox.add_action(header(TRACE), command)
    (message,) = outbox.messages()
    assert message.routing_key == "gpu"
    (item,) = wire.load(messages.ActionBatch, message.body).items
    assert (item.run_id, item.workflow, item.shard) == (RUN, 'or"der', 3)
    assert (item.invocation, item.attempt, item.action) == (5, 2, "m:ä")
    assert (item.args, item.kwargs, item.timeout_seconds) == (command.args, command.kwargs, 1.5)
    assert item.trace == message.headers[names.HEADER_TRACEPARENT]
    assert item.trace is not None
    assert item.trace.split("-")[1] == TRACE.split("-")[1]


def test_only_actions_known_to_be_short_share_a_message(durations: Durations, consumers: ConsumerCounts) -> None:
    durations.observe("m:slow", 500.0)
    outbox = Outbox(durations, consumers, shards=4)
    for action in (SHORT, "m:unknown", "m:slow"):
        for invocation in (1, 2):
            outbox.add_action(header(), DispatchAction(invocation, 1, action, "default"))
    assert sorted([item.action for item in batch] for batch in actions(outbox.messages())) == [
        [SHORT, SHORT],
        ["m:slow"],
        ["m:slow"],
        ["m:unknown"],
        ["m:unknown"],
    ]


def test_batches_are_bounded_by_count_and_by_bytes(durations: Durations, consumers: ConsumerCounts) -> None:
    outbox = Outbox(durations, consumers, shards=4)
    for number in range(COMMANDS.items * 2 + 1):
        outbox.add_action(header(), DispatchAction(number, 1, SHORT, "default"))
    assert [len(batch) for batch in actions(outbox.messages())] == [COMMANDS.items, COMMANDS.items, 1]
    outbox = Outbox(durations, consumers, shards=4)
    for number in range(3):
        outbox.add_action(header(), DispatchAction(number, 1, SHORT, "default", ["x" * (COMMANDS.size // 2)]))
    assert [len(batch) for batch in actions(outbox.messages())] == [1, 1, 1]


def test_an_action_that_turns_slow_is_sent_alone_again(durations: Durations) -> None:
    assert durations.is_short(SHORT)
    for _ in range(30):
        durations.observe(SHORT, 100.0)
    assert not durations.is_short(SHORT)


async def test_compilers_learn_from_coordinators_which_actions_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warren.runs.durations._PUBLISH_SECONDS", 0.01)
    monkeypatch.setattr("warren.runs.durations._FOLLOW_SECONDS", 0.01)
    store = MemoryRunStore()
    await store.connect()
    first, second, compiler = Durations(), Durations(), Durations()
    parts = [first.publish_forever(store), second.publish_forever(store), compiler.follow_forever(store)]
    tasks = [asyncio.ensure_future(part) for part in parts]
    first.observe("m:a", 1.0)
    first.observe("m:slow", 100.0)
    second.observe("m:b", 1.0)
    await eventually(lambda: compiler.is_short("m:a") and compiler.is_short("m:b"))
    assert not compiler.is_short("m:slow")
    for _ in range(30):
        second.observe("m:b", 300.0)
    await eventually(lambda: not compiler.is_short("m:b"))
    for task in tasks:
        task.cancel()


async def test_who_asked_for_an_action_that_nobody_knew_hears_of_it_without_asking_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("warren.runs.durations._MISSING_SECONDS", 0.3)
    store = MemoryRunStore()
    await store.connect()
    coordinator, compiler = Durations(), Durations()
    reads = 0

    def count(name: str) -> None:
        nonlocal reads
        reads += name == "get_setting"

    following = asyncio.ensure_future(compiler.follow_forever(store))
    assert not compiler.is_short("m:a")
    store.database.before = count
    await eventually(lambda: reads == 1)
    telling = asyncio.ensure_future(coordinator.publish_forever(store))
    coordinator.observe("m:a", 1.0)
    await eventually(lambda: reads == 3)  # one of them is the coordinator's, before it tells
    assert compiler.is_short("m:a")
    for task in (following, telling):
        task.cancel()


def test_a_continue_goes_to_the_runs_own_shard(durations: Durations, consumers: ConsumerCounts) -> None:
    outbox = Outbox(durations, consumers, shards=4)
    outbox.add_continue(header(), ContinueRun(4))
    (message,) = outbox.messages()
    assert (message.exchange, message.routing_key) == (names.EVENTS_EXCHANGE, "3")
    assert wire.load(messages.EventBatch, message.body).items == (messages.ContinuationDue(run_id=RUN, number=4),)


@pytest.mark.parametrize("failed", [False, True])
def test_the_end_of_a_run_is_announced_and_answered(
    failed: bool, durations: Durations, consumers: ConsumerCounts
) -> None:
    at = datetime(2030, 1, 1, 12, tzinfo=UTC)
    error = {"$": "exception", "t": "builtins:ValueError", "args": ['"']}
    run = StoredRun(
        run_id=RUN,
        workflow="order",
        version="abc",
        shard=3,
        status=RunStatus.FAILED if failed else RunStatus.COMPLETED,
        input="{}",
        result=None if failed else "[1]",
        error=json.dumps(error) if failed else None,
        key='k"1',
        parent=None,
        trace=None,
        wake_at=None,
        reply=ReplyAddress("reply.here", "c1"),
        created_at=at,
        finished_at=at,
    )
    outbox = Outbox(durations, consumers, shards=4)
    outbox.add_finish(run)
    reply, announced = outbox.messages()
    assert announced.routing_key == ("run.failed.order" if failed else "run.completed.order")
    assert (announced.exchange, announced.mandatory) == (names.LIFECYCLE_EXCHANGE, False)
    assert (reply.exchange, reply.routing_key, reply.correlation_id) == ("", "reply.here", "c1")
    assert not reply.mandatory
    finished = wire.load_reply(reply.body)
    assert finished == messages.RunFinished(
        run_id=RUN,
        workflow="order",
        version="abc",
        key='k"1',
        status=run.status,
        result=None if failed else [1],
        error=error if failed else None,
        started_at=at,
        finished_at=at,
    )
    assert announced.body == reply.body
