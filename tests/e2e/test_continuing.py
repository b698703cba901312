"""Runs that continue as new on real servers: the chain is one thing for whoever waits, signals, asks or looks."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from uuid import uuid4

import pytest
from tests.e2e.continuing_workload import Adder, Waits
from tests.e2e.foreign import foreigner
from tests.e2e.warren_command import warren
from tests.support.eventually import eventually
from tests.support.processes import Installation

from warren.contracts.messages import RunStatus
from warren.errors import RunEnded, UpdateFailed, WorkflowCancelledError

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]


async def test_a_chain_is_one_run_for_its_client(pairs: Installation) -> None:
    key = f"adder-{uuid4()}"
    handle = await pairs.client.start(Adder, key=key)
    for amount in range(1, 10):
        await handle.signal(Adder.amounts, amount, id=f"a{amount}")
    await handle.signal(Adder.amounts, 3, id="a3")
    await pairs.client.signal(key, Adder.amounts, 0, workflow=Adder)
    assert await handle.result(30) == {"seen": [*range(2, 11)], "runs": 5, "size": [True, True]}
    first = await handle.describe()
    assert (first.status, first.key) == (RunStatus.CONTINUED, None)
    last = await pairs.client.describe(key, workflow=Adder)
    assert last.status is RunStatus.COMPLETED
    chain = [first]
    while chain[-1].continued_as is not None:
        chain.append(await pairs.client.describe(chain[-1].continued_as))
        assert chain[-1].continued_from == chain[-2].run_id
    assert (len(chain), chain[-1]) == (5, last)
    assert await handle.query(Adder.state) == [*range(2, 11)]
    again = await pairs.client.get(handle.id)
    assert (await again.result(30))["runs"] == 5
    with pytest.raises(RunEnded):
        await handle.signal(Adder.amounts, 1)
    await handle.signal(Adder.amounts, 3, id="a3")  # a run of the chain took it


async def test_many_signals_arrive_once_each_in_order(pairs: Installation) -> None:
    handle = await pairs.client.start(Adder)
    for start in range(1, 41, 8):
        for amount in range(start, start + 8):
            await handle.signal(Adder.amounts, amount)
    await handle.signal(Adder.amounts, 0)
    found = await handle.result(30)
    assert found["seen"] == [*range(2, 42)]


async def test_an_update_under_way_is_told_and_a_cancellation_reaches_the_last_run(pairs: Installation) -> None:
    handle = await pairs.client.start(Adder)
    asked = asyncio.create_task(handle.update(Adder.never, timeout=20, id="u"))
    await asyncio.sleep(0.3)
    for amount in (1, 2, 3):
        await handle.signal(Adder.amounts, amount)
    with pytest.raises((UpdateFailed, RunEnded), match="goes on in its place"):
        await asked
    with pytest.raises((UpdateFailed, RunEnded), match="goes on in its place"):
        await handle.update(Adder.never, timeout=20, id="u")

    async def is_next() -> bool:
        return bool(await handle.query(Adder.state) == [2, 3, 4])

    await eventually(is_next)
    await handle.cancel("enough")
    with pytest.raises(WorkflowCancelledError, match="enough"):
        await handle.result(30)


async def test_a_parent_waits_for_the_end_of_the_chain(pairs: Installation) -> None:
    assert await pairs.client.run(Waits, 4) == 14


async def test_from_the_command_line(pairs: Installation, tmp_path: Path) -> None:
    async def call(*arguments: str) -> tuple[int, str, str]:
        done = await asyncio.to_thread(warren, tmp_path, *arguments, servers=pairs.environment)
        return done.returncode, done.stdout, done.stderr

    code, out, _ = await call("start", "e2e.adder")
    run_id = out.strip()
    assert code == 0
    for amount in ("1", "2", "0"):
        assert (await call("signal", run_id, "amounts", amount))[0] == 0
    handle = await pairs.client.get(run_id)
    assert (await handle.result(30))["runs"] == 2
    code, out, _ = await call("show", run_id, "--json")
    shown = json.loads(out)
    assert (shown["status"], shown["continued_from"]) == ("continued", None)
    code, out, _ = await call("show", shown["continued_as"])
    assert f"continues  {run_id}" in " ".join(out.split()).replace("continues ", "continues  ")
    code, out, _ = await call("history", run_id)
    assert f"go on as the new run {shown['continued_as']}" in " ".join(out.split())
    code, out, _ = await call("runs", "--status", "continued", "--json")
    assert code == 0
    assert run_id in out


async def test_by_one_message_of_a_program_in_any_language(pairs: Installation) -> None:
    handle = await pairs.client.start(Adder)

    def send() -> list[dict[str, object]]:
        answers = []
        with foreigner(pairs) as program:
            for amount in (1, 2, 3, 0):
                body = {"run_id": str(handle.id), "signal": "amounts", "payload": amount}
                program.publish(body, key="signal", reply_to=program.replies, correlation_id="c")
                answers += program.answers(1, "c")
        return answers

    answers = await asyncio.to_thread(send)
    assert [answer["type"] for answer in answers] == ["request_done"] * 4
    assert (await handle.result(30))["seen"] == [2, 3, 4]
