"""Signals on their way through compiler and coordinator, over memory adapters: each arrives once and is answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs
from tests.support.clock import FakeClock
from tests.support.cluster import Cluster, cluster
from tests.support.eventually import eventually

from warren import Workflow, query, signal, workflow
from warren.contracts import messages, names, wire
from warren.contracts.ids import new_run_id
from warren_compiler import request_handler


@workflow
class Collects(Workflow):
    """Ends when it has been told so, with what it was given before."""

    def __init__(self) -> None:
        self.got: list[int] = []
        self.over = False

    @signal
    def give(self, number: int) -> None:
        self.got.append(number)

    @signal
    def end(self) -> None:
        self.over = True

    @query
    def count(self, above: int = 0) -> int:
        """How many it has; it breaks what it has, which nobody must notice."""
        found = len([number for number in self.got if number > above])
        self.got.clear()
        return 10 // found

    @query
    def complain(self, code: int, times: int) -> None:
        raise ValueError(chr(code) * times)

    async def run(self) -> list[int]:
        await self.wait_until(lambda: self.over)
        return self.got


@pytest.fixture
async def working() -> AsyncIterator[Cluster]:
    async with cluster(compilers=2, coordinators=2) as made:
        await made.register(Collects)
        yield made


async def send(working: Cluster, run_id: UUID, name: str, payload: object = None, **more: object) -> messages.Reply:
    given = {"run_id": run_id, "signal": name, "payload": payload, "id": uuid4().hex, **more}
    request = messages.SignalRun.model_validate(given)
    await working.command(names.SIGNAL_KEY, wire.dump(request))
    return await working.reply()


async def code_of(working: Cluster, run_id: UUID, name: str, payload: object = None) -> str:
    reply = await send(working, run_id, name, payload)
    assert isinstance(reply, messages.Refused), reply
    return reply.error.code


async def test_signals_arrive_in_order_and_are_answered(working: Cluster) -> None:
    run_id = await working.start(Collects)
    for number in range(5):
        reply = await send(working, run_id, "give", number, id=f"n{number}")
        assert reply == messages.RequestDone(run_id=run_id, id=f"n{number}")
    request = messages.SignalRun(run_id=run_id, signal="end")
    await working.command(names.SIGNAL_KEY, wire.dump(request))
    replies = [await working.reply(), await working.reply()]
    (finished,) = (reply for reply in replies if isinstance(reply, messages.RunFinished))
    assert finished.result == [0, 1, 2, 3, 4]
    assert await working.dead() == []


async def test_the_same_id_arrives_once_and_is_answered_each_time(working: Cluster) -> None:
    run_id = await working.start(Collects)
    for _ in range(3):
        assert isinstance(await send(working, run_id, "give", 1, id="one"), messages.RequestDone)
    assert working.sequence(run_id) == [1, 2]


async def test_copies_of_a_signal_that_come_together_are_each_answered(working: Cluster) -> None:
    run_id = await working.start(Collects)
    await send(working, run_id, "give", 1)
    body = wire.dump(messages.SignalRun(run_id=run_id, signal="give", payload=1, id="one"))
    for _ in range(2):
        copies = [working.command(names.SIGNAL_KEY, body, correlation_id=uuid4().hex) for _ in range(5)]
        await asyncio.gather(*copies)
        for _ in copies:
            assert await working.reply() == messages.RequestDone(run_id=run_id, id="one")
    assert working.sequence(run_id) == [1, 2, 3]


async def test_a_request_is_told_from_others_by_its_message(working: Cluster) -> None:
    run_id = await working.start(Collects)
    body = wire.dump(messages.SignalRun(run_id=run_id, signal="give", payload=1))
    for properties in ({"message_id": "m"}, {"message_id": "m"}, {}, {}, {"correlation_id": "d"}):
        await working.command(names.SIGNAL_KEY, body, **properties)
        assert isinstance(await working.reply(), messages.RequestDone)
    assert working.sequence(run_id) == [1, 2, 3, 4]


async def test_what_is_wrong_is_refused_and_nothing_is_lost_without_a_word(working: Cluster) -> None:
    run_id = await working.start(Collects)
    assert await code_of(working, run_id, "gave", 1) == "invalid_input"
    assert await code_of(working, run_id, "give", "many") == "invalid_input"
    assert await code_of(working, run_id, "end", 1) == "invalid_input"
    await working.command(names.SIGNAL_KEY, b'{"signal": "give"}')
    refused = await working.reply()
    assert isinstance(refused, messages.Refused)
    assert "say which run" in refused.error.message
    await working.command(names.SIGNAL_KEY, wire.dump(messages.SignalRun(run_id=run_id, signal="end")))
    assert {type(await working.reply()) for _ in range(2)} == {messages.RequestDone, messages.RunFinished}
    assert await code_of(working, run_id, "give", 1) == "run_ended"
    assert sorted(await working.dead()) == ["bad_message", *["invalid_input"] * 3, "run_ended"]


async def test_a_signal_may_overtake_the_start_of_its_run(working: Cluster) -> None:
    run_id = new_run_id()
    for number in range(3):
        request = messages.SignalRun(run_id=run_id, signal="give", payload=number, id=str(number))
        await working.command(names.SIGNAL_KEY, wire.dump(request), correlation_id=str(number))
    await working.start(Collects, run_id)
    replies = [await working.reply() for _ in range(3)]
    assert [reply.id for reply in replies if isinstance(reply, messages.RequestDone)] == ["0", "1", "2"]
    request = messages.SignalRun(run_id=run_id, signal="end")
    await working.command(names.SIGNAL_KEY, wire.dump(request))
    finished = [reply for reply in (await working.reply(), await working.reply()) if reply.type == "run_finished"]
    assert [reply.result for reply in finished] == [[0, 1, 2]]  # type: ignore[union-attr]  # of this type


async def test_a_run_that_never_comes_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_handler, "_LOOK_SECONDS", 0.001)
    clock = FakeClock()
    async with cluster(clock=clock) as working:
        await working.register(Collects)
        request = messages.SignalRun(run_id=uuid4(), signal="give", payload=1)
        await working.command(names.SIGNAL_KEY, wire.dump(request))
        run_id = await working.start(Collects)
        await send(working, run_id, "give", 1)  # others do not wait
        await clock.advance(request_handler.PATIENCE_SECONDS)
        refused = await working.reply()
        assert isinstance(refused, messages.Refused)
        assert refused.error.code == "run_not_found"
        assert await working.dead() == ["run_not_found"]


async def test_what_waits_for_runs_that_are_not_there_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_handler, "MAX_WAITING", 3)
    async with cluster() as working:
        await working.register(Collects)
        for _ in range(4):
            request = messages.SignalRun(run_id=uuid4(), signal="give", payload=1)
            await working.command(names.SIGNAL_KEY, wire.dump(request))
        refused = await working.reply()
        assert isinstance(refused, messages.Refused)
        assert refused.error.code == "run_not_found"


@pytest.mark.parametrize(
    ("since", "code"),
    [("nan", "invalid_input"), ("inf", "invalid_input"), ("long ago", "invalid_input"), ("1e300", "run_not_found")],
)
async def test_nobody_can_make_a_request_wait_without_end(
    since: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_handler, "PATIENCE_SECONDS", 0.0)
    async with cluster() as working:
        body = wire.dump(messages.SignalRun(run_id=uuid4(), signal="give", payload=1))
        await working.command(names.SIGNAL_KEY, body, headers={names.HEADER_WAITING_SINCE: since})
        refused = await working.reply()
        assert isinstance(refused, messages.Refused)
        assert refused.error.code == code


async def test_by_key_and_workflow(working: Cluster) -> None:
    start = messages.StartRun(workflow="collects", key="k", reply="accepted")
    await working.command(names.START_KEY, wire.dump(start))
    accepted = await working.reply()
    assert isinstance(accepted, messages.RunAccepted)
    request = messages.SignalRun(workflow="collects", key="k", signal="give", payload=1)
    await working.command(names.SIGNAL_KEY, wire.dump(request))
    assert (await working.reply()).run_id == accepted.run_id  # type: ignore[union-attr]  # of this type


async def test_a_compiler_that_dies_before_it_publishes_loses_nothing(working: Cluster) -> None:
    run_id = await working.start(Collects)
    await eventually(lambda: run_id in working.database.runs)
    compilers = working.services[:2]
    for service in compilers:
        service.broker.hangs_before_publishing = True
    request = messages.SignalRun(run_id=run_id, signal="give", payload=1, id="one")
    await working.command(names.SIGNAL_KEY, wire.dump(request))
    for service in compilers:
        await service.crash()
    await working.compiler()
    assert await working.reply() == messages.RequestDone(run_id=run_id, id="one")
    assert working.sequence(run_id) == [1, 2]


async def ask(working: Cluster, run_id: UUID, name: str, **more: object) -> messages.Reply:
    request = messages.QueryRun.model_validate({"run_id": run_id, "query": name, **more})
    await working.command(names.QUERY_KEY, wire.dump(request), correlation_id=uuid4().hex)
    return await working.reply()


async def test_a_query_sees_what_was_committed_before_it_and_changes_nothing(working: Cluster) -> None:
    run_id = await working.start(Collects)
    for number in range(1, 3):
        await send(working, run_id, "give", number)
        for _ in range(2):
            answer = await ask(working, run_id, "count")
            assert isinstance(answer, messages.RequestDone)
            assert answer.result == 10 // number
    assert working.sequence(run_id) == [1, 2, 3]


async def test_a_run_that_has_ended_is_asked_about_its_end(working: Cluster) -> None:
    run_id = await working.start(Collects)
    await send(working, run_id, "give", 5)
    await working.command(names.SIGNAL_KEY, wire.dump(messages.SignalRun(run_id=run_id, signal="end")))
    assert {type(await working.reply()) for _ in range(2)} == {messages.RequestDone, messages.RunFinished}
    answer = await ask(working, run_id, "count", arguments={"above": 4})
    assert isinstance(answer, messages.RequestDone)
    assert answer.result == 10


async def test_what_cannot_be_answered_is_refused_and_the_run_goes_on(working: Cluster) -> None:
    run_id = await working.start(Collects)
    codes = []
    for name, arguments in (("counts", {}), ("count", {"above": "x"}), ("count", {"below": 1}), ("count", {})):
        answer = await ask(working, run_id, name, arguments=arguments)
        assert isinstance(answer, messages.Refused), answer
        codes.append((answer.error.code, answer.error.message))
    assert [code for code, _ in codes] == ["invalid_input", "invalid_input", "invalid_input", "query_failed"]
    assert "the query 'count' raised ZeroDivisionError" in codes[-1][1]
    await send(working, run_id, "give", 1)
    assert isinstance(await ask(working, run_id, "count"), messages.RequestDone)


@pytest.mark.parametrize(("code", "times"), [(0xD800, 1), (ord("x"), 5_000_000)])
async def test_an_error_of_a_query_that_no_message_can_hold_as_it_is_is_told_in_part(
    working: Cluster, code: int, times: int
) -> None:
    run_id = await working.start(Collects)
    answer = await ask(working, run_id, "complain", arguments={"code": code, "times": times})
    assert isinstance(answer, messages.Refused)
    assert answer.error.code == "query_failed"
    assert "the query 'complain' raised ValueError" in answer.error.message
    assert len(answer.error.message) < 5_000


async def start_with(working: Cluster, key: str, number: int, **more: object) -> messages.Reply:
    signal = {"signal": "give", "payload": number, "id": f"s{number}", **more}
    request = messages.StartRun.model_validate(
        {"workflow": "collects", "key": key, "reply": "accepted", "signal": signal}
    )
    await working.command(names.START_KEY, wire.dump(request), correlation_id=uuid4().hex)
    return await working.reply()


async def test_a_start_brings_its_signal_along_to_the_run_that_has_the_key(working: Cluster) -> None:
    first = await start_with(working, "k", 1)
    again = await start_with(working, "k", 1)
    second = await start_with(working, "k", 2)
    assert isinstance(first, messages.RunAccepted)
    assert isinstance(again, messages.RunAccepted)
    assert isinstance(second, messages.RunAccepted)
    assert [one.created for one in (first, again, second)] == [True, False, False]
    assert first.run_id == second.run_id
    await eventually(lambda: working.sequence(first.run_id) == [1, 2, 3])
    await send(working, first.run_id, "end")
    await eventually(lambda: working.is_finished(first.run_id))
    assert working.run(first.run_id).result == "[1,2]"


async def test_a_start_with_a_signal_that_cannot_arrive_is_refused_and_starts_nothing(working: Cluster) -> None:
    for wrong in ({"signal": "gave"}, {"payload": "many"}):
        refused = await start_with(working, "new", 1, **wrong)
        assert isinstance(refused, messages.Refused)
        assert refused.error.code == "invalid_input"
    assert await working.services[0].store.find_run("collects", "new") is None
    accepted = await start_with(working, "k", 1)
    assert isinstance(accepted, messages.RunAccepted)
    await send(working, accepted.run_id, "end")
    await eventually(lambda: working.is_finished(accepted.run_id))
    ended = await start_with(working, "k", 2)
    assert isinstance(ended, messages.Refused)
    assert ended.error.code == "run_ended"
    assert isinstance(await start_with(working, "k", 1), messages.RunAccepted), "the run had this one"


@workflow
class AtOnce(Workflow):
    """Ends before any signal can reach it."""

    name = "ends-at-once"

    @signal
    def give(self, number: int) -> None: ...

    async def run(self) -> None: ...


async def test_a_signal_of_a_start_that_comes_too_late_is_in_the_log(working: Cluster) -> None:
    await working.register(AtOnce)
    request = messages.StartRun(workflow="ends-at-once", signal=messages.StartSignal(signal="give", payload=1))
    with capture_logs() as said:
        await working.command(names.START_KEY, wire.dump(request))
        finished = await working.reply()
        assert isinstance(finished, messages.RunFinished)
        await eventually(lambda: any(entry["event"] == "event not taken" for entry in said))
    (entry,) = (entry for entry in said if entry["event"] == "event not taken")
    assert (entry["run_id"], entry["type"]) == (str(finished.run_id), "signal_received")
