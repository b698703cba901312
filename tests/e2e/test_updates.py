"""Updates on real servers: from the client, from the command line, and by one message of a program in any language."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from uuid import uuid4

import pytest
from tests.e2e.foreign import foreigner
from tests.e2e.updates_workload import Pieces
from tests.e2e.warren_command import warren
from tests.support.processes import Installation

from warren import RunEnded, UpdateFailed, UpdateRefused
from warren.errors import InvalidInput

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]


async def test_from_the_client(pairs: Installation) -> None:
    handle = await pairs.client.start(Pieces)
    assert await handle.update(Pieces.add, 4, id="first") == 5
    assert await handle.update(Pieces.add, 4, id="first") == 5
    with pytest.raises(UpdateRefused, match="take them away instead"):
        await handle.update(Pieces.add, pieces=-1)
    with pytest.raises(UpdateFailed, match="LookupError: only 5 are there") as caught:
        await handle.update(Pieces.take, 6)
    assert isinstance(caught.value.__cause__, LookupError)
    with pytest.raises(InvalidInput, match="no update 'taken'; it has add, close, take, wait_for"):
        await handle.update("taken")
    waiting = asyncio.create_task(handle.update(Pieces.wait_for, 8, id="waits"))
    with pytest.raises(TimeoutError, match="ask again with id='waits' to get its answer"):
        await handle.update(Pieces.wait_for, 8, id="waits", timeout=0.5)
    assert await handle.update("add", pieces=2) == 8
    assert await waiting == "there"
    left = asyncio.create_task(handle.update(Pieces.wait_for, 1000))
    await handle.update(Pieces.take, 3)
    await handle.update(Pieces.close)
    assert await handle.result(30) == 5
    with pytest.raises(RunEnded, match="before its update 'wait_for' had"):
        await left
    assert await handle.update(Pieces.wait_for, 8, id="waits") == "there"
    with pytest.raises(RunEnded):
        await handle.update(Pieces.take)


async def test_many_at_once_are_each_carried_out_once(pairs: Installation) -> None:
    handle = await pairs.client.start(Pieces)
    await handle.update(Pieces.add, 99)
    asked = [handle.update(Pieces.take, id=str(number // 2)) for number in range(100)]
    answers = await asyncio.gather(*asked)
    assert sorted(answers) == sorted(2 * list(range(50, 100)))
    assert answers[::2] == answers[1::2]


async def test_from_the_command_line(pairs: Installation, tmp_path: Path) -> None:
    async def call(*arguments: str) -> tuple[int, str, str]:
        done = await asyncio.to_thread(warren, tmp_path, *arguments, servers=pairs.environment)
        return done.returncode, done.stdout, done.stderr

    key = f"stock-{uuid4()}"
    handle = await pairs.client.start(Pieces, key=key)
    code, out, _ = await call("update", str(handle.id), "add", "-i", "pieces=3", "--id", "a")
    assert (code, json.loads(out)) == (0, 4)
    code, out, _ = await call("update", key, "add", "--workflow", "e2e.pieces", "-i", "pieces=3", "--id", "a")
    assert (code, json.loads(out)) == (0, 4)
    code, out, err = await call("update", str(handle.id), "take", "-i", "pieces=9")
    assert (code, out) == (1, "")
    assert "the update 'take' raised LookupError: only 4 are there" in err
    code, _, err = await call("update", str(handle.id), "add", "-i", "pieces=-1")
    assert code == 2
    assert "take them away instead" in err
    code, _, err = await call("update", str(handle.id), "wait_for", "-i", "pieces=9", "--timeout", "0.3", "--id", "w")
    assert code == 3
    assert "ask again with id='w'" in err
    code, out, _ = await call("history", str(handle.id))
    assert 'update add requested with {"pieces": 3}' in out
    assert "answer the update a" in out


async def test_by_one_message_of_a_program_in_any_language(pairs: Installation) -> None:
    handle = await pairs.client.start(Pieces)

    def send() -> list[dict[str, object]]:
        with foreigner(pairs) as program:
            answers = []
            for body in (
                {"run_id": str(handle.id), "update": "add", "arguments": {"pieces": "many"}},
                {"run_id": str(handle.id), "update": "add", "arguments": {"pieces": 2}},
                {"run_id": str(handle.id), "update": "take", "arguments": {"pieces": 9}},
            ):
                program.publish(body, key="update", reply_to=program.replies, correlation_id="c")
                answers += program.answers(1, "c")
            return answers

    refused, done, failed = await asyncio.to_thread(send)
    assert refused["type"] == "refused"
    assert (done["type"], done["result"], done["error"]) == ("request_done", 3, None)
    assert failed["error"]["t"] == "builtins:LookupError"  # type: ignore[index]  # of JSON
