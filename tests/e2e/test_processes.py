"""The services as OS processes, two of each, on a real RabbitMQ and PostgreSQL: everything together, without faults."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.chaos.ledger import VARIABLE, read_ledger
from tests.e2e import values_workload as values
from tests.e2e import workload
from tests.e2e.foreign import foreigner
from tests.e2e.histories import check_exactly_once
from tests.support.eventually import eventually
from tests.support.processes import Installation

from warren import WorkflowFailedError
from warren.client import ClientRunHandle
from warren.contracts import names
from warren.contracts.messages import RunStatus

pytestmark = [pytest.mark.server, pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]

RESULT_SECONDS = 30.0


def ledger_of(pairs: Installation) -> Path:
    return Path(pairs.environment[VARIABLE])


async def start_mix(pairs: Installation, count: int) -> list[tuple[ClientRunHandle, Any]]:
    """Start `count` runs, of each kind in turn; each with the result that it must have."""
    started = []
    for number in range(count):
        workflow, expected = workload.MIX[number % len(workload.MIX)]
        n = number % 17
        started.append((pairs.client.start(workflow, n), expected(n)))
    handles = await asyncio.gather(*(start for start, _ in started))
    return list(zip(handles, [expected for _, expected in started], strict=True))


async def check_results(runs: list[tuple[ClientRunHandle, Any]]) -> None:
    results = await asyncio.gather(*(handle.result(RESULT_SECONDS) for handle, _ in runs))
    for (handle, expected), result in zip(runs, results, strict=True):
        assert result == expected, handle


async def check_quiet(pairs: Installation) -> None:
    """Nothing is parked, no service complained, and every queue is empty."""
    broker = pairs.client._broker
    assert [line for service in pairs.all for line in service.complaints()] == []
    queues = [names.DEAD_QUEUE, names.START_QUEUE, names.action_queue("default")]
    for queue in queues + [names.event_queue(shard) for shard in range(4)]:
        stats = await broker.stats(queue)
        assert stats is not None
        assert stats.messages == 0, queue


async def test_three_hundred_mixed_runs_end_right_and_run_each_action_once(pairs: Installation) -> None:
    runs = await start_mix(pairs, 300)
    await check_results(runs)
    attempts = await check_exactly_once(pairs.store, [handle.id for handle, _ in runs], ledger_of(pairs))
    assert attempts > 2_500
    pids = Counter(execution.pid for execution in read_ledger(ledger_of(pairs)))
    assert len(pids) == 2, "both workers had something to do"
    await check_quiet(pairs)


async def test_one_of_each_drains_in_the_middle_and_nothing_is_done_twice(pairs: Installation, tmp_path: Path) -> None:
    runs = await start_mix(pairs, 100)
    gate = tmp_path / "gate"
    gated = [await pairs.client.start(workload.Gated, n, str(gate)) for n in range(20)]
    runs += [(handle, n + 1) for n, handle in enumerate(gated)]
    ids = {handle.id for handle, _ in runs}
    await eventually(lambda: sum(1 for each in read_ledger(ledger_of(pairs)) if each.run_id in ids) > 50)
    leaving = [pairs.named(name)[0] for name in ("compiler", "coordinator", "worker")]
    for service in leaving:
        service.terminate()
    assert [await service.exit_code() for service in leaving] == [0, 0, 0]
    assert not any(handle._expectation.answer.done() for handle in gated), "it was in the middle"
    gate.touch()
    await check_results(runs)
    await check_exactly_once(pairs.store, [handle.id for handle, _ in runs], ledger_of(pairs))
    await check_quiet(pairs)


async def test_a_queue_of_its_own_is_run_by_its_own_workers_only(pairs: Installation) -> None:
    handles = await asyncio.gather(*(pairs.client.start(workload.Elsewhere, n) for n in range(1, 21)))
    ids = {handle.id for handle in handles}
    await eventually(lambda: sum(1 for each in read_ledger(ledger_of(pairs)) if each.run_id in ids) == 20)
    special = pairs.worker("tests.e2e.workload", "--queue", "special", "--no-register")
    for n, handle in enumerate(handles, 1):
        assert await handle.result(RESULT_SECONDS) == [n + 1, special.pid, n]
    by_pid = Counter(each.pid for each in read_ledger(ledger_of(pairs)) if each.run_id in ids)
    assert by_pid[special.pid] == 40
    assert by_pid.total() == 60
    special.terminate()
    assert await special.exit_code() == 0


async def test_a_concurrent_workflow_runs_its_actions_side_by_side(pairs: Installation, tmp_path: Path) -> None:
    handle = await pairs.client.start(workload.Meeting, 1, str(tmp_path))
    assert await handle.result(RESULT_SECONDS) == 6


@pytest.mark.parametrize("kind", values.VALUES)
async def test_values_of_every_type_keep_it_through_real_servers(pairs: Installation, kind: str) -> None:
    value = values.VALUES[kind]
    seen = str(values.shape(value))
    result = await pairs.client.run(values.RoundTrip, kind, value, seen)
    assert set(result) == {"given", "returned", "made", "pair"}
    for each in (result["given"], result["returned"], result["made"], result["pair"][0], result["pair"][1][0]):
        assert str(values.shape(each)) == seen
        assert each == value
    assert type(result["pair"]) is tuple


async def test_a_users_exception_is_caught_by_class_and_has_its_attributes(pairs: Installation) -> None:
    async def stock(sku: str, count: int) -> Any:
        return await pairs.client.run(values.Stock, sku=sku, count=count)

    assert await stock("nail", 2) == ["taken", 2]
    assert await stock("nail", 5) == ["out of stock", "nail", 2, "2 of nail are missing"]
    assert await stock("gone", 9) == ["no such thing", "gone", 9, "9 of gone are missing"]


async def test_a_failed_run_raises_with_the_original_exception_as_its_cause(pairs: Installation) -> None:
    handle = await pairs.client.start(values.Careless, "gone", 9)
    with pytest.raises(WorkflowFailedError, match=r"NoSuchThing: 9 of gone are missing") as caught:
        await handle.result(RESULT_SECONDS)
    cause = caught.value.__cause__
    assert type(cause) is values.NoSuchThing
    assert (cause.sku, cause.missing, str(cause)) == ("gone", 9, "9 of gone are missing")
    assert "values_workload.py" in str(caught.value), "where the worker raised it"
    stored = await pairs.store.get_run(handle.id)
    assert stored is not None
    assert stored.status is RunStatus.FAILED
    assert isinstance(caught.value.run_id, UUID)


async def test_an_action_starts_a_run_of_its_own(pairs: Installation) -> None:
    handle = await pairs.client.start(values.Delegating, "nail", 5)
    assert await handle.result(RESULT_SECONDS) == ["out of stock", "nail", 2, "2 of nail are missing"]
    inner = await pairs.client.describe(f"{handle.id}:1", workflow=values.Stock)
    assert (inner.status, inner.parent) == (RunStatus.COMPLETED, None)


async def test_actions_share_a_large_value_in_their_messages_and_get_copies(pairs: Installation) -> None:
    quiet = pairs.worker("tests.e2e.values_workload", "--queue", "quiet", "--no-register")
    await pairs.until_ready()
    with foreigner(pairs) as program:
        program.listen(names.ACTIONS_EXCHANGE, "quiet")
        handle = await pairs.client.start(values.Questions, words=5_000, singly=10, at_once=21)
        assert await handle.result(RESULT_SECONDS) == [5_001] * 21 + [5_000]
        *alone, first, second = await asyncio.to_thread(program.answers, 13)
    assert [len(body["items"]) for body in alone] == [1] * 11, "the last is the first of the gather, before any shared"
    assert [len(body["actions"]) for body in (first, second)] == [16, 4]
    for body in (first, second):
        assert [len(document) for document in body["shared"]] == [5_000]
        assert all((one["shared"], one["args"]) == ([[0, 0]], [None]) for one in body["actions"])
    quiet.terminate()
    assert await quiet.exit_code() == 0
