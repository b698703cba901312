"""Signals on real servers: from the client, from the command line, and by one message of a program in any language."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from uuid import uuid4

import pytest
from tests.e2e.foreign import foreigner
from tests.e2e.signals_workload import Shop
from tests.e2e.warren_command import warren
from tests.support.processes import Installation

from warren.contracts.ids import new_run_id
from warren.errors import InvalidInput, RunEnded, RunNotFound

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]


async def test_from_the_client(pairs: Installation) -> None:
    handle = await pairs.client.start(Shop, 10)
    await handle.signal(Shop.pay, 4, id="first")
    await handle.signal("pay", 4, id="first")
    with pytest.raises(InvalidInput, match="no signal 'payed'; it has hold, note, pay"):
        await handle.signal("payed", 4)
    with pytest.raises(InvalidInput, match="the payload of 'pay'"):
        await handle.signal(Shop.pay, "much")
    assert await handle.query(Shop.owed, price=10) == {"owed": 6, "parts": 1}
    with pytest.raises(InvalidInput, match="no query 'owes'"):
        await handle.query("owes")
    await handle.signal(Shop.hold, True)
    await handle.signal(Shop.pay, 6)
    await handle.signal(Shop.hold, False)
    assert await handle.result(30) == [4, 6, 11]
    with pytest.raises(RunEnded):
        await handle.signal(Shop.pay, 1)
    assert await handle.query("owed", price=10) == {"owed": 0, "parts": 2}
    with pytest.raises(TimeoutError):
        await pairs.client.signal(new_run_id(), Shop.pay, 1, timeout=0.2)


async def test_with_the_start(pairs: Installation) -> None:
    key = f"with-{uuid4()}"
    first = await pairs.client.start(Shop, 10, key=key, signal=(Shop.pay, 4))
    second = await pairs.client.start(Shop, 10, key=key, signal=("pay", 6))
    assert first.id == second.id
    assert await first.result(30) == [4, 6, 11]
    with pytest.raises(RunEnded):
        await pairs.client.start(Shop, 10, key=key, signal=(Shop.pay, 1))


async def test_many_at_once_into_many_runs_arrive_once_each(pairs: Installation) -> None:
    handles = [await pairs.client.start(Shop, 45) for _ in range(20)]
    for amount in range(10):
        await asyncio.gather(*(handle.signal(Shop.pay, amount) for handle in handles))
    for handle in handles:
        assert await handle.result(30) == [*range(10), 46]


async def test_from_the_command_line(pairs: Installation, tmp_path: Path) -> None:
    async def call(*arguments: str) -> tuple[int, str, str]:
        done = await asyncio.to_thread(warren, tmp_path, *arguments, servers=pairs.environment)
        return done.returncode, done.stdout, done.stderr

    key = f"shop-{uuid4()}"
    code, out, _ = await call("start", "e2e.shop", "-i", "price=3", "--key", key)
    run_id = out.strip()
    assert code == 0
    assert await call("signal", run_id, "hold", "true") == (0, f"run {run_id} has received the signal hold\n", "")
    (tmp_path / "amount.json").write_text("3")
    code, out, _ = await call("signal", key, "pay", "@amount.json", "--workflow", "e2e.shop", "--json")
    assert (code, json.loads(out)) == (0, {"run": key, "signal": "pay", "received": True})
    code, _, err = await call("signal", run_id, "pay", "much")
    assert code == 2
    assert "the payload of 'pay': expected int" in err
    code, _, err = await call("signal", key, "pay", "3")
    assert code == 2
    assert "--workflow" in err
    for text in ("3 pieces", "3"):
        assert (await call("signal", run_id, "note", text))[0] == 0
    await call("signal", run_id, "hold", "false")
    code, out, _ = await call("query", run_id, "noted", "-i", "beginning=3")
    assert (code, json.loads(out)) == (0, ["3 pieces", "3"])
    handle = await pairs.client.get(run_id)
    assert await handle.result(30) == [3, 4]
    code, out, _ = await call("query", run_id, "owed", "-i", "price=10")
    assert (code, json.loads(out)) == (0, {"owed": 7, "parts": 1})
    code, out, _ = await call("history", run_id)
    assert "signal pay received with 3" in out


async def test_by_one_message_of_a_program_in_any_language(pairs: Installation) -> None:
    handle = await pairs.client.start(Shop, 5)

    def send() -> list[dict[str, object]]:
        with foreigner(pairs) as program:
            answers = []
            for body in (
                {"run_id": str(handle.id), "signal": "pays"},
                {"run_id": str(handle.id), "signal": "pay", "payload": 5},
            ):
                program.publish(body, key="signal", reply_to=program.replies, correlation_id="c")
                answers += program.answers(1, "c")
            return answers

    refused, done = await asyncio.to_thread(send)
    assert (done["type"], done["run_id"]) == ("request_done", str(handle.id))
    assert refused["type"] == "refused"
    assert refused["error"]["code"] == "invalid_input"  # type: ignore[index]  # of JSON
    assert await handle.result(30) == [5, 6]


async def test_a_run_that_is_not_there_is_an_error_after_a_while(pairs: Installation) -> None:
    with pytest.raises(RunNotFound):
        await pairs.client.signal(new_run_id(), Shop.pay, 1)
