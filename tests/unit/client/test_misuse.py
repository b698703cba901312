"""What a client is given that it cannot mean, and a client that is not open: said before anything is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from tests.unit.client.conftest import Installation
from tests.unit.client.workflows import Broken, Order, Ship, Wait

from warren import RegistrationRefused, RunIdTaken, Workflow
from warren.adapters.memory.broker import MemoryBroker
from warren.adapters.memory.broker_server import MemoryServer
from warren.adapters.memory.store import MemoryRunStore
from warren.client import Warren
from warren.contracts import messages, registrations, wire
from warren.errors import BrokerUnavailable, InvalidInput, RunNotFound
from warren.ports import OutgoingMessage

ORDER = Order(7, ("tea",))

# --- run ids ----------------------------------------------------------------------------------------------------------


async def test_a_run_id_of_another_workflow_is_refused_and_its_run_goes_on(client: Warren) -> None:
    run_id = uuid4()
    first = await client.start(Wait, 0.3, run_id=run_id)
    with pytest.raises(RunIdTaken, match=f"{run_id} .* workflow 'client-wait', so no run of workflow 'client-ship'"):
        await client.run(Ship, ORDER, run_id=run_id)
    with pytest.raises(InvalidInput, match="client-ship"):
        await client.start(Ship, ORDER, run_id=run_id, key="k")
    with pytest.raises(RunIdTaken):
        await client.start_encoded("client-broken", {"code": 1}, run_id=run_id, accepted=True)
    again = await client.start(Wait, 3600, run_id=run_id)
    assert await asyncio.gather(first.result(5), again.result(5)) == ["waited", "waited"]
    assert [run.workflow for run in await client.runs()] == ["client-wait"]


async def test_a_refused_start_is_no_answer_to_the_others_of_its_run(here: Installation, client: Warren) -> None:
    """Of two compilers one may refuse the second start before the other one has taken the first."""
    await here.cluster.services[0].drain()
    run_id = uuid4()
    first = await client.start(Wait, 0, run_id=run_id)
    second = await client.start(Wait, 0, run_id=run_id)
    info = messages.ErrorInfo(code="unknown_workflow", message="not here")
    await here.cluster.client.publish(
        [
            OutgoingMessage(
                "",
                client._replies.queue,
                wire.dump(messages.Refused(error=info)),
                correlation_id=second._expectation.correlation_id,
            )
        ]
    )
    with pytest.raises(InvalidInput, match="not here"):
        await second.result(5)
    await here.cluster.compiler()
    third = await client.start(Wait, 3600, run_id=run_id)
    assert await asyncio.gather(first.result(5), third.result(5)) == ["waited", "waited"]


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"key": ""}, r"start of 'client-wait': key: '' is empty; write 1 to 500 characters, or leave the key away"),
        ({"key": "k" * 501}, r"start of 'client-wait': key: 'kkk.*\(503 characters\) is too long"),
        ({"key": "a\0"}, r"key: 'a\\x00' has a NUL character"),
        ({"key": "\udc80"}, r"key: '\\udc80' has half a surrogate pair"),
        ({"key": 7}, "key: 7 is of type int and not text"),
        ({"run_id": ""}, "run_id: '' is no UUID; make one"),
        ({"run_id": "today"}, "run_id: 'today' is no UUID; make one"),
        ({"version": "\0"}, "version: '.x00' has a NUL character"),
    ],
)
async def test_what_names_a_run_is_checked_before_it_is_sent(
    here: Installation, client: Warren, options: dict[str, Any], text: str
) -> None:
    here.cluster.server.stop()  # nothing could be sent
    with pytest.raises(InvalidInput, match=text):
        await client.start("client-wait", seconds=1, **options)
    here.cluster.server.start()


@pytest.mark.parametrize(("name", "text"), [("", "'' is empty"), ("w" * 201, "too long"), ("a\0b", "NUL")])
async def test_a_name_that_no_workflow_has_is_refused_before_it_is_sent(client: Warren, name: str, text: str) -> None:
    with pytest.raises(InvalidInput, match=f"workflow: .*{text}.*1 to 200 bytes"):
        await client.start(name)


@pytest.mark.parametrize("given", [7, None, Wait(), Order])
async def test_a_workflow_is_a_class_or_a_name(client: Warren, given: Any) -> None:
    with pytest.raises(TypeError, match="by its @workflow class or by its name, not by"):
        await client.start_encoded(given, {})
    if given is not None:
        with pytest.raises(TypeError, match="by its @workflow class or by its name, not by"):
            await client.runs(workflow=given)


async def test_a_run_id_may_be_text(client: Warren) -> None:
    run_id = uuid4()
    handle = await client.start(Wait, 0, run_id=str(run_id))  # type: ignore[arg-type]  # pydantic takes it
    assert handle.id == run_id


# --- open and closed --------------------------------------------------------------------------------------------------

ADVICE = r"this client is not connected: use it inside of `async with Warren\(\.\.\.\) as client:`, or await its open"
CALLS: dict[str, Callable[[Warren], Awaitable[object]]] = {
    "start": lambda client: client.start(Wait, 0),
    "run": lambda client: client.run(Wait, 0),
    "start_encoded": lambda client: client.start_encoded("client-wait", {}, accepted=True),
    "register": lambda client: client.register(Wait),
    "get": lambda client: client.get(uuid4()),
    "cancel": lambda client: client.cancel(uuid4()),
}


@pytest.mark.parametrize("call", CALLS)
async def test_a_client_that_is_not_open_says_what_to_do_with_it(call: str) -> None:
    broker, store = MemoryBroker(MemoryServer()), MemoryRunStore()
    await broker.connect()
    await store.connect()
    for client in (Warren(), Warren(broker=broker, store=store)):
        with pytest.raises(BrokerUnavailable, match=ADVICE):
            await CALLS[call](client)
    await broker.close()


async def test_a_closed_client_says_so_and_may_be_opened_again(here: Installation) -> None:
    broker, store = MemoryBroker(here.cluster.server), MemoryRunStore(here.cluster.database)
    await broker.connect()
    await store.connect()
    client = Warren(broker=broker, store=store)
    for _ in range(2):
        async with client:
            await client.open()
            handle = await client.start(Wait, 0)
            assert await handle.result(5) == "waited"
        await client.close()
        with pytest.raises(BrokerUnavailable, match=ADVICE):
            await client.start(Wait, 0)
        with pytest.raises(BrokerUnavailable, match=ADVICE):
            await handle.cancel()
    await broker.close()


# --- registering ------------------------------------------------------------------------------------------------------


async def test_workflows_that_do_not_fit_in_one_message_are_registered_in_several(
    client: Warren, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await client.register(Ship, Wait, Broken)
    sent: list[messages.RegisterWorkflows] = []
    monkeypatch.setattr(registrations, "MESSAGE_BYTES", 10)
    packed = registrations.registrations

    def counted(sources: Any) -> list[registrations.Registration]:
        made = packed(sources)
        sent.extend(messages.RegisterWorkflows.model_validate_json(each.body) for each in made)
        return made

    monkeypatch.setattr("warren.client.client.registrations", counted)
    assert await client.register(Ship, Wait, Broken) == whole
    assert [[one.workflow for one in each.workflows] for each in sent] == [[name] for name in whole]


class Odd(Workflow):
    """What the compiler is told of it is not so."""

    name = "client-odd"
    ir: ClassVar[Any] = None


@pytest.mark.parametrize("message_bytes", [10, registrations.MESSAGE_BYTES], ids=["apart", "together"])
async def test_some_refused_workflows_leave_the_others_registered(
    client: Warren, monkeypatch: pytest.MonkeyPatch, message_bytes: int
) -> None:
    monkeypatch.setattr(registrations, "MESSAGE_BYTES", message_bytes)
    monkeypatch.setattr(Odd, "workflow_ir", classmethod(lambda cls: Wait.workflow_ir()))
    with pytest.raises(RegistrationRefused, match="the IR registered as 'client-odd' is that of workflow") as caught:
        await client.register(Ship, Odd, Wait)
    assert set(caught.value.versions) == {"client-ship", "client-wait"}
    assert await client.register(Ship, Wait) == caught.value.versions
    with pytest.raises(InvalidInput, match="client-odd") as alone:
        await client.register(Odd)
    assert not isinstance(alone.value, RegistrationRefused)


# --- looking ----------------------------------------------------------------------------------------------------------


async def test_runs_are_listed_by_creation_whatever_their_ids_are(client: Warren) -> None:
    ids = [UUID(int=number << 100 | 0x4 << 76 | 0x2 << 62) for number in (9, 5, 7, 3, 8)]
    for run_id in ids:
        await client.run(Wait, 0, run_id=run_id)
    runs = await client.runs()
    assert [run.run_id for run in runs] == ids[::-1]
    assert [run.run_id for run in await client.runs(limit=2, before=ids[3])] == [ids[2], ids[1]]
    assert [run.run_id for run in await client.runs(workflow=Wait, before=runs[1])] == ids[2::-1]
    with pytest.raises(RunNotFound):
        await client.runs(before=uuid4())
