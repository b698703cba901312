# mypy: disable-error-code="attr-defined"
# it replaces names that modules import: mypy need not say so
"""Whatever one command makes its handler raise, that command is refused, and what came with it is carried out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.support.cluster import Cluster, cluster
from tests.support.service_workflows import Nothing, Sleeps, Twice

from warren.contracts import messages, names, registrations, wire
from warren.contracts.ids import new_run_id, shard_of
from warren.ir.base import to_json
from warren.ir.typespec import InputCheck
from warren.ports import Delivery
from warren.runtime.dead_letters import parked
from warren_compiler import register_handler

HOSTILE = 13
"""The argument of the start that goes wrong."""


class Panic(BaseException):
    """What an extension in Rust raises when it fails: no `Exception`."""


class Mute(Exception):
    """It cannot be printed."""

    def __str__(self) -> str:
        raise RecursionError("no text")

    __repr__ = __str__


ERRORS = [
    RecursionError("maximum recursion depth exceeded"),
    MemoryError(),
    Panic("index out of bounds"),
    Mute(object()),
    KeyError("x" * 5_000_000),
    ValueError("half a pair: \ud800, NUL: \0"),
    UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"),
    ExceptionGroup("several", [ValueError(1), RecursionError()]),
]


@pytest.fixture
async def compiled() -> AsyncIterator[Cluster]:
    async with cluster(coordinators=0) as made:
        await made.register(Nothing, Twice, Sleeps)
        yield made


@pytest.fixture(params=ERRORS, ids=lambda error: type(error).__name__)
def error(request: pytest.FixtureRequest) -> BaseException:
    """What goes wrong."""
    made: BaseException = request.param
    return made


async def test_what_one_start_raises_refuses_that_start(
    compiled: Cluster, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    bind = InputCheck.bind

    def fragile(check: InputCheck, arguments: dict[str, Any]) -> Any:
        if arguments.get("n") == HOSTILE:
            raise error
        return bind(check, arguments)

    monkeypatch.setattr(InputCheck, "bind", fragile)
    for n in (1, HOSTILE, 2):
        await compiled.start(Nothing, n=n)
    replies = [await compiled.reply() for _ in range(3)]
    assert sorted(reply.result for reply in replies if isinstance(reply, messages.RunFinished)) == [2, 3]
    (refused,) = [reply for reply in replies if isinstance(reply, messages.Refused)]
    assert refused.error.code == "internal_error"
    assert refused.error.message.startswith(type(error).__name__)
    assert len(refused.error.message) < 5_000
    assert await compiled.dead() == ["internal_error"]


async def test_a_parent_is_told_of_what_went_wrong_with_its_child(
    compiled: Cluster, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: Any) -> Any:
        raise error

    monkeypatch.setattr(InputCheck, "bind", fails)
    parent, shards = new_run_id(), compiled.settings.shards
    events = await compiled.client.subscribe(names.event_queue(shard_of(parent, shards)), prefetch=10)
    made = messages.ParentRun(run_id=parent, shard=shard_of(parent, shards), invocation=1)
    start = messages.StartRun(workflow="nothing", run_id=new_run_id(), parent=made)
    await compiled.command(names.START_KEY, wire.dump(start), reply_to=None)
    (delivery,) = await events.receive(1)
    assert len(delivery.body) < 100_000
    (event,) = wire.load(messages.EventBatch, delivery.body).items
    assert isinstance(event, messages.ChildFinished)
    assert event.status is messages.RunStatus.FAILED
    assert event.error["$"] == "exception"


async def test_a_run_that_exists_and_cannot_be_told_of_refuses_only_who_asked(
    compiled: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = await compiled.start(Twice, n=1)
    await compiled.actions(1)
    get_run = type(compiled.services[0].store).get_run

    async def fails(store: Any, asked: Any) -> Any:
        if asked == run_id:
            raise RecursionError("deep")
        return await get_run(store, asked)

    monkeypatch.setattr(type(compiled.services[0].store), "get_run", fails)
    await compiled.start(Twice, run_id, n=1)
    await compiled.start(Nothing, n=1)
    replies = [await compiled.reply() for _ in range(2)]
    assert sorted(reply.type for reply in replies) == ["refused", "run_finished"]


# --- registrations ----------------------------------------------------------------------------------------------------


def registration(*workflows: Any, **changed: Any) -> bytes:
    sources = [{"workflow": each.__warren_ir__.name, "ir": to_json(each.__warren_ir__)} for each in workflows]
    return json.dumps({"workflows": sources, **changed}).encode()


async def test_what_one_workflow_raises_refuses_that_workflow(
    error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    lower = register_handler.lower

    def fragile(ir: Any) -> Any:
        if ir.name == "twice":
            raise error
        return lower(ir)

    monkeypatch.setattr(register_handler, "lower", fragile)
    async with cluster(coordinators=0) as made:
        await made.command(names.REGISTER_KEY, registration(Nothing, Twice, Sleeps))
        reply = await made.reply()
        assert isinstance(reply, messages.Refused)
        assert reply.error.code == "registration_refused"
        assert "1 of 3 workflows are refused (the others are registered): twice: " in reply.error.message
        assert set(reply.versions) == {"nothing", "sleeps"}
        assert {name: info.code for name, info in reply.refused.items()} == {"twice": "internal_error"}
        await made.start(Nothing, n=1)
        assert (await made.finished()).result == 2
        assert await made.dead() == ["registration_refused"]


async def test_a_registration_of_one_says_what_is_wrong_as_it_is(compiled: Cluster) -> None:
    await compiled.command(names.REGISTER_KEY, b'{"workflows": [{"workflow": "x", "ir": {"k": "Nonsense"}}]}')
    reply = await compiled.reply()
    assert isinstance(reply, messages.Refused)
    assert reply.error.code == "bad_message"
    assert reply.error.message.startswith("unknown IR node 'Nonsense'")
    assert reply.refused == {"x": reply.error}


async def test_of_very_many_refused_workflows_the_first_ones_are_named(compiled: Cluster) -> None:
    bad = [{"workflow": f"bad {number}", "ir": {"k": "Nonsense"}} for number in range(300)]
    await compiled.command(names.REGISTER_KEY, json.dumps({"workflows": bad}).encode())
    reply = await compiled.reply()
    assert isinstance(reply, messages.Refused)
    assert len(reply.refused) == 20
    assert reply.error.message.startswith("300 of 300 workflows are refused (nothing is registered): bad 0: unknown IR")
    assert reply.error.message.endswith("; and 280 more")


async def test_a_newer_registration_is_told_apart_without_what_is_not_known(compiled: Cluster) -> None:
    data = json.loads(registration(Twice, Sleeps))
    data |= {"minor": messages.MINOR_VERSION + 1, "new": 1}
    data["workflows"] = [data["workflows"][0] | {"new": 2}, {"workflow": ""}, 7]
    await compiled.command(names.REGISTER_KEY, json.dumps(data).encode())
    reply = await compiled.reply()
    assert isinstance(reply, messages.Refused)
    assert list(reply.versions) == ["twice"]
    assert set(reply.refused) == {"''", "workflows.2"}


async def test_a_workflow_that_is_too_large_is_refused_by_name(
    compiled: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = {each: len(wire.dump(source(each))) for each in (Nothing, Twice, Sleeps)}
    monkeypatch.setattr(registrations, "PROGRAM_BYTES", max(sizes.values()) - 1)
    largest = max(sizes, key=lambda each: sizes[each])
    await compiled.command(names.REGISTER_KEY, registration(*sizes))
    reply = await compiled.reply()
    assert isinstance(reply, messages.Refused)
    name = largest.__warren_ir__.name
    assert list(reply.refused) == [name]
    assert reply.refused[name].message.startswith(f"the workflow {name!r} is too large to register")
    assert len(reply.versions) == 2


def source(workflow: Any) -> messages.WorkflowSource:
    return messages.WorkflowSource(workflow=workflow.__warren_ir__.name, ir=to_json(workflow.__warren_ir__))


# --- parking ----------------------------------------------------------------------------------------------------------


def delivery(headers: dict[str, Any]) -> Delivery:
    return Delivery(b"{}", "q", "x", "k", headers, False, 0, None, None, None, 1, 1)


def test_of_a_messages_own_headers_text_is_kept_as_far_as_it_fits() -> None:
    headers = {"a": "1", "long": "ä" * 20_000, "b": b"2", "c": 3, "CC": "k", "d": "ö" * 1_000, "x-warren-reason": "own"}
    message = parked(delivery(headers), reason="r", detail="d")
    assert {name for name in message.headers if not name.startswith("x-warren-")} == {"a", "d"}
    assert message.headers["x-warren-reason"] == "r"


def test_a_detail_is_text_that_can_be_sent() -> None:
    message = parked(
        delivery({f"h{number}": "x" * 100 for number in range(1_000)}), reason="r", detail="\ud800" * 9_000
    )
    size = sum(len(name.encode()) + len(value.encode()) for name, value in message.headers.items())
    assert size < 80_000, "AMQP has them in one frame of 128 KiB"
