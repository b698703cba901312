"""Following a run and asking where it stands, with all services in memory."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest
from tests.support.eventually import eventually
from tests.unit.client.conftest import Installation
from tests.unit.client.workflows import Order, Ship, Wait

from warren.client import Warren, following, replies
from warren.contracts import messages
from warren.contracts.ids import new_run_id
from warren.contracts.messages import RunStatus
from warren.errors import BrokerUnavailable, RunNotFound, StoreUnavailable


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "_LOOK_SECONDS", 0.02)


async def test_the_transitions_so_far_and_then_the_new_ones_until_the_end(client: Warren) -> None:
    handle = await client.start(Wait, 0.3)
    seen: list[int] = []
    async for entry in handle.history(follow=True):
        seen.append(entry.seq)
        assert entry.seq != 2 or (await handle.status()) is RunStatus.COMPLETED
    assert seen == [1, 2]
    assert [entry.seq async for entry in client.history(handle.id, follow=True)] == [1, 2]
    assert [entry.seq for entry in await handle.history()] == [1, 2]


async def test_a_run_that_is_not_there_yet_is_waited_for(client: Warren) -> None:
    run_id = new_run_id()
    entries = client.history(run_id, follow=True)
    first = asyncio.ensure_future(anext(entries))
    await asyncio.sleep(0.05)
    assert not first.done()
    await client.start(Ship, Order(1, ("x",)), run_id=run_id)
    assert (await first).seq == 1
    assert [entry.seq async for entry in entries] == [2]


async def test_a_run_that_does_not_come_is_an_error(client: Warren, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warren_compiler.request_handler.PATIENCE_SECONDS", 0.2)
    with pytest.raises(RunNotFound):
        await anext(client.history(new_run_id(), follow=True))


async def test_nothing_is_asked_of_the_database_while_nothing_happens(
    client: Warren, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, reads = await client.store(), []
    read = store.history
    monkeypatch.setattr(store, "history", lambda *args, **more: reads.append(args) or read(*args, **more))
    handle = await client.start(Wait, 1.0, key="quiet")
    async with aclosing(handle.history(follow=True)) as entries:
        assert (await anext(entries)).seq == 1
        following = asyncio.ensure_future(anext(entries))
        await asyncio.sleep(0.3)
        before = len(reads)
        await asyncio.sleep(0.4)
        assert len(reads) == before
        assert (await following).seq == 2


async def test_a_coordinator_that_has_forgotten_its_followers_is_asked_again(
    here: Installation, client: Warren, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "RENEW_SECONDS", 0.3)
    handle = await client.start(Wait, 0.6, key="forgotten")
    entries = handle.history(follow=True)
    assert (await anext(entries)).seq == 1
    rest = asyncio.ensure_future(anext(entries))
    await asyncio.sleep(0.05)
    await here.cluster.services[1].crash()
    await here.cluster.coordinator()
    assert (await asyncio.wait_for(rest, 10)).seq == 2


async def test_what_happened_while_the_connection_was_away_comes_afterwards(here: Installation) -> None:
    async with here.client() as client:
        handle = await client.start(Wait, 0.2, key="away")
        seen: list[int] = []

        async def watch() -> None:
            seen.extend([entry.seq async for entry in handle.history(follow=True)])

        watching = asyncio.ensure_future(watch())
        await eventually(lambda: here.cluster.database.histories.get(handle.id))
        broker = here.brokers[-1]
        here.cluster.server.drop_connection(broker)
        await asyncio.wait_for(watching, 10)
        assert seen == [1, 2]


async def test_a_database_that_is_away_is_waited_for_once_something_was_read(
    here: Installation, client: Warren, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "_STORE_AGAIN_SECONDS", 0.02)
    handle = await client.start(Wait, 0.1, key="store")
    store = await client.store()
    read, away = store.history, []

    async def fail_at_times(*args: object, **more: object) -> object:
        if len(away) < 6 and (away or more["after_seq"]):
            away.append(more["after_seq"])
            raise StoreUnavailable("away")
        return await read(*args, **more)

    monkeypatch.setattr(store, "history", fail_at_times)
    assert [entry.seq async for entry in handle.history(follow=True)] == [1, 2]
    assert len(away) == 6
    here.cluster.database.is_away = True
    with pytest.raises(StoreUnavailable):
        await anext(handle.history(follow=True))
    here.cluster.database.is_away = False


async def test_closing_the_client_ends_it(here: Installation) -> None:
    async with here.client() as client:
        handle = await client.start(Wait, 30, key="closed")
        entries = handle.history(follow=True)
        await anext(entries)
        rest = asyncio.ensure_future(anext(entries))
        await asyncio.sleep(0.05)
    with pytest.raises(BrokerUnavailable):
        await rest


async def test_who_does_not_follow_costs_no_message(here: Installation, client: Warren) -> None:
    published: list[str | None] = []
    broker = here.cluster.services[1].broker
    publish = broker.publish

    async def noted(outgoing: list) -> None:
        published.extend(each.routing_key for each in outgoing if not each.exchange)
        await publish(outgoing)

    broker.publish = noted  # type: ignore[method-assign]
    handle = await client.start(Wait, 0.1)
    assert await handle.result(5) == "waited"
    assert published == [client._replies.queue]  # the outcome alone


def test_only_the_last_word_about_a_run_ends_it() -> None:
    async def check() -> None:
        waiting = following.Following(asyncio.get_running_loop())
        reply = messages.RequestDone(run_id=new_run_id(), id="1", result={"seq": 1, "ended": False})
        waiting.take(reply)
        assert waiting.news.is_set()
        assert not waiting.has_ended
        waiting.take(reply.model_copy(update={"result": {"seq": 2, "ended": True}}))
        assert waiting.has_ended

    asyncio.run(check())


async def test_where_a_run_stands_is_answered_for_open_and_ended_runs(client: Warren) -> None:
    handle = await client.start(Wait, 0.3, key="stands")
    view = await handle.state()
    (strand,) = view.strands
    assert (view.status, view.seq, strand.waits_for.kind) == (RunStatus.RUNNING, 1, "timer")
    assert strand.frames[0].variables == {"seconds": 0.3}
    assert strand.frames[0].file.endswith("unit/client/workflows.py")
    assert strand.since is not None
    await handle.result(5)
    after = await client.state("stands", workflow=Wait)
    assert (after.status, after.seq, after.strands_seq) == (RunStatus.COMPLETED, 2, 1)
    assert after.strands[0].frames == strand.frames
    with pytest.raises(TimeoutError):
        await client.state(new_run_id(), timeout=0.1)
