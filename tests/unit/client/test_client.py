"""Starting runs, waiting for them and looking at them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

import pytest
from tests.support.eventually import eventually
from tests.unit.client import workflows
from tests.unit.client.conftest import Installation
from tests.unit.client.workflows import Broken, Order, OutOfStock, Point, Ship, Wait

from warren.adapters.memory.broker import MemoryBroker
from warren.client import Warren, replies
from warren.contracts import messages
from warren.contracts.ids import new_run_id
from warren.contracts.messages import RunStatus
from warren.errors import (
    BrokerUnavailable,
    InvalidInput,
    RunNotFound,
    UnknownWorkflow,
    UnroutableMessage,
    UnserializableValue,
    ValueTooLarge,
    WorkflowCancelledError,
    WorkflowFailedError,
)
from warren.ports import OutgoingMessage

ORDER = Order(7, ("tea", "cup"))


async def test_a_result_has_the_types_that_the_workflow_returned(client: Warren) -> None:
    assert await client.run(Ship, ORDER, label="x") == ("x", Point(x=7, tags={"tea", "cup"}))
    assert await client.run(Ship, order=ORDER) == ("none", Point(x=7, tags={"tea", "cup"}))


async def test_a_workflow_may_be_named(client: Warren) -> None:
    label, point = await client.run("client-ship", order=ORDER)
    assert (label, point.x) == ("none", 7)
    with pytest.raises(TypeError, match="keyword arguments only"):
        await client.start("client-ship", ORDER)


async def test_arguments_that_do_not_fit_are_a_type_error_as_in_python(client: Warren) -> None:
    with pytest.raises(TypeError, match=r"Ship.run\(\): missing a required argument: 'order'"):
        await client.start(Ship)
    with pytest.raises(TypeError, match="unexpected keyword argument 'nothing'"):
        await client.start(Ship, ORDER, nothing=1)
    with pytest.raises(UnserializableValue):
        await client.start(Ship, object())


async def test_a_failure_has_the_workflows_own_exception_as_its_cause(client: Warren) -> None:
    with pytest.raises(WorkflowFailedError) as caught:
        await client.run(Ship, Order(3, ()))
    assert type(caught.value.__cause__) is OutOfStock
    assert caught.value.__cause__.args == (3,)
    assert "OutOfStock: 3" in str(caught.value)
    assert "raise OutOfStock(order.id)" in str(caught.value)
    assert caught.value.run_id is not None
    with pytest.raises(WorkflowFailedError, match=r"ValueError: \('broken', 5\)"):
        await client.run(Broken, 5)


async def test_what_the_compiler_refuses_is_raised(client: Warren) -> None:
    with pytest.raises(UnknownWorkflow, match="nothing"):
        await client.run("nothing")
    with pytest.raises(InvalidInput, match="missing argument 'order'"):
        await client.run("client-ship")
    with pytest.raises(InvalidInput, match="seconds"):
        await client.run("client-wait", seconds="long")
    with pytest.raises(UnknownWorkflow):
        await client.start("nothing", key="k")
    with pytest.raises(UnknownWorkflow):
        await client.start_encoded("nothing", {}, accepted=True)


async def test_a_key_starts_one_run(client: Warren) -> None:
    first = await client.start(Wait, 0.05, key="monday")
    second = await client.start(Wait, 0.05, key="monday")
    other = await client.start(Wait, 0.05, key="tuesday")
    assert first.id == second.id != other.id
    assert await asyncio.gather(first.result(5), second.result(5)) == ["waited", "waited"]
    found = await client.get("monday", workflow=Wait)
    assert (found.id, await found.result(5)) == (first.id, "waited")


async def test_the_same_run_id_is_the_same_run(client: Warren) -> None:
    run_id = new_run_id()
    first = await client.start(Wait, 0.05, run_id=run_id)
    second = await client.start(Wait, 0.05, run_id=run_id)
    assert await asyncio.gather(first.result(5), second.result(5)) == ["waited", "waited"]
    assert len(await client.runs()) == 1


async def test_waiting_may_end_before_the_run(client: Warren) -> None:
    handle = await client.start(Wait, 0.2)
    with pytest.raises(TimeoutError, match="it continues"):
        await handle.result(timeout=0.01)
    assert await handle.result() == "waited"
    assert await handle.result() == "waited"


async def test_a_run_can_be_looked_at(client: Warren) -> None:
    handle = await client.start(Ship, ORDER, key="k")
    await handle.result()
    assert await handle.status() is RunStatus.COMPLETED
    history = await handle.history()
    assert [type(entry.event) for entry in history] == [messages.RunStarted, messages.ActionSucceeded]
    assert [entry.seq for entry in history] == [1, 2]
    described = await handle.describe()
    assert (described.run_id, described.workflow, described.key) == (handle.id, "client-ship", "k")
    assert described.finished_at is not None
    (run,) = await client.runs(workflow=Ship, status=RunStatus.COMPLETED)
    assert (run.run_id, run.key) == (handle.id, "k")
    assert await client.runs(status=RunStatus.FAILED) == []
    assert (await client.describe(str(handle.id))).run_id == handle.id


async def test_what_does_not_exist_is_not_found(client: Warren) -> None:
    with pytest.raises(RunNotFound):
        await client.get(new_run_id())
    with pytest.raises(RunNotFound):
        await client.get("no key", workflow="client-ship")
    with pytest.raises(InvalidInput, match="together with its workflow"):
        await client.get("no key")
    with pytest.raises(RunNotFound):
        await client.history(new_run_id())


async def test_a_run_can_be_cancelled(client: Warren) -> None:
    handle = await client.start(Wait, 3600)
    await eventually(lambda: client.runs())
    await handle.cancel("no longer needed")
    with pytest.raises(WorkflowCancelledError):
        await handle.result(5)
    assert await handle.status() is RunStatus.CANCELLED


async def test_modules_and_classes_can_be_registered(client: Warren) -> None:
    versions = await client.register(workflows)
    assert set(versions) == {"client-ship", "client-wait", "client-broken", "client-starts"}
    assert await client.register(Wait) == {"client-wait": versions["client-wait"]}
    with pytest.raises(InvalidInput, match="no @workflow class"):
        await client.register(json)


async def test_nobody_registers_without_a_compiler(here: Installation, client: Warren) -> None:
    for service in here.cluster.services:
        await service.drain()
    with pytest.raises(TimeoutError, match="warren compiler"):
        await client.register(Wait, timeout=0.05)
    here.cluster.services.clear()


async def test_a_start_that_no_compiler_takes_comes_back_with_its_handle(here: Installation, client: Warren) -> None:
    run_id = uuid4()
    for service in here.cluster.services:
        await service.drain()
    for key in (None, "k"):
        handle = await client.start_encoded("x", {}, key=key, run_id=run_id, accepted=True, accept_timeout=0.05)
        assert (handle.id, handle.is_accepted) == (run_id, False)
    here.cluster.services.clear()


class CountingBroker(MemoryBroker):
    """Counts publications."""

    publications = 0

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        self.publications += 1
        await super().publish(messages)


async def test_many_starts_share_publications(here: Installation) -> None:
    async with here.client(CountingBroker) as client:
        results = await asyncio.gather(*(client.run(Wait, 0) for _ in range(200)))
        assert results == ["waited"] * 200
        broker = here.brokers[-1]
        assert isinstance(broker, CountingBroker)
        assert broker.publications < 10


async def test_an_answer_that_was_lost_with_the_connection_is_asked_for_again(here: Installation) -> None:
    async with here.client() as client:
        handle = await client.start(Wait, 0.3)
        await eventually(lambda: client.runs())
        broker = here.brokers[-1]
        here.cluster.server.drop_connection(broker)
        await eventually(lambda: here.cluster.is_finished(handle.id))
        here.cluster.server.join(broker)
        assert await handle.result(5) == "waited"


async def test_who_waits_without_a_compiler_is_told(
    here: Installation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(replies, "_FIRST_RETRY", 0.2)
    await here.cluster.services[0].drain()
    async with here.client() as client:
        handle = await client.start(Wait, 0)
        await eventually(lambda: "start one with `warren compiler`" in caplog.text)
        await here.cluster.compiler()
        assert await handle.result(5) == "waited"


async def test_closing_the_client_tells_who_waits(here: Installation) -> None:
    async with here.client() as client:
        handle = await client.start(Wait, 3600)
        waiting = asyncio.ensure_future(handle.result())
        await asyncio.sleep(0)
    with pytest.raises(BrokerUnavailable, match="the run continues"):
        await waiting


async def test_a_broker_that_stays_away_is_reported_to_every_caller(here: Installation) -> None:
    def impatient(server: object) -> MemoryBroker:
        return MemoryBroker(server, give_up_after=timedelta(seconds=0.05))  # type: ignore[arg-type]  # the cluster's

    async with here.client(impatient) as client:
        here.cluster.server.stop()
        outcomes = await asyncio.gather(*(client.start(Wait, 0) for _ in range(3)), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [BrokerUnavailable] * 3
        here.cluster.server.start()


async def test_another_clients_broken_answer_does_not_stop_this_one(here: Installation, client: Warren) -> None:
    queue = client._replies.queue
    await here.brokers[-1].publish([OutgoingMessage("", queue, b"{nonsense", correlation_id="x")])
    assert await client.run(Wait, 0) == "waited"


async def test_a_client_reads_what_the_services_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("warren_broker_url", "memory:")
    with pytest.raises(InvalidInput, match=r"^WARREN_BROKER_URL: memory: works inside one process only"):
        Warren()
    monkeypatch.setenv("warren_broker_url", "amqp://127.0.0.1:1/")
    monkeypatch.setenv("WARREN_DATABASE_URL", "mysql://root:secret@host")
    client = Warren()  # needs no database before it is asked for one
    with pytest.raises(InvalidInput, match=r"^WARREN_DATABASE_URL: must start with") as caught:
        await client.store()
    assert "secret" not in str(caught.value)


def test_a_client_needs_servers() -> None:
    with pytest.raises(InvalidInput, match="one process"):
        Warren("memory://")


async def test_an_acceptance_that_is_lost_is_asked_for_again(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replies, "_LOOK_SECONDS", 0.02)
    lost: list[messages.Reply] = []
    take = replies.Expectation.take

    def lose_the_first(self: replies.Expectation, reply: messages.Reply) -> None:
        if isinstance(reply, messages.RunAccepted) and not lost:
            lost.append(reply)
            here.cluster.server.drop_connection(here.brokers[-1])
            return
        take(self, reply)

    monkeypatch.setattr(replies.Expectation, "take", lose_the_first)
    async with here.client() as client:
        handle = await asyncio.wait_for(client.start(Wait, 30, key="accepted"), 5)
        assert lost
        assert await handle.status() is RunStatus.RUNNING
        await handle.cancel()


async def test_a_question_that_cannot_be_sent_again_is_tried_soon(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replies, "_LOOK_SECONDS", 0.02)
    monkeypatch.setattr(replies, "_AFTER_FAILURE", 0.05)
    failures: list[str] = []
    async with here.client() as client:
        handle = await client.start(Wait, 0.5)
        publish = client._outbox.publish

        async def fail_twice(message: OutgoingMessage) -> None:
            if len(failures) < 2:
                failures.append(message.routing_key)
                raise UnroutableMessage.to([(message.exchange, message.routing_key)])
            await publish(message)

        monkeypatch.setattr(client._outbox, "publish", fail_twice)
        await eventually(lambda: handle.id in here.cluster.database.runs)
        here.cluster.server.drop_connection(here.brokers[-1])
        assert await handle.result(5) == "waited"
        assert failures == ["start", "start"]


async def test_a_question_that_nobody_may_send_ends_only_its_own_wait(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replies, "_LOOK_SECONDS", 0.02)
    async with here.client() as client:
        first, second = await client.start(Wait, 0.5), await client.start(Wait, 0.5)
        expectation = first._expectation

        async def refuse() -> None:
            raise ValueTooLarge("too large")

        expectation.ask_again = refuse
        here.cluster.server.drop_connection(here.brokers[-1])
        with pytest.raises(ValueTooLarge):
            await first.result(5)
        assert await second.result(5) == "waited"
