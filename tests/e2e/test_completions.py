"""Actions completed elsewhere on real servers: by the client, the command line, and any program's one message."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from tests.e2e.elsewhere_workload import Handed, ReadOn, Receipt
from tests.e2e.foreign import foreigner
from tests.e2e.warren_command import warren
from tests.support.processes import Installation

from warren import ActionNotOpen, ActionTimeout, InvalidInput, RunEnded, RunNotFound, WorkflowFailedError
from warren.contracts.ids import new_run_id
from warren.contracts.task_tokens import write_token

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]


async def handed(file: Path, count: int = 1) -> tuple[str, str]:
    """The token that was handed over as the `count`th, and the details that its attempt was given."""
    async with asyncio.timeout(20):
        while not file.exists() or len(lines := file.read_text().splitlines()) < count:
            await asyncio.sleep(0.02)
    token, details = lines[count - 1].split(" ", 1)
    return token, details


async def test_from_the_client(pairs: Installation, tmp_path: Path) -> None:
    file, client = tmp_path / "tokens", pairs.client
    handle = await client.start(Handed, str(file))
    first, details = await handed(file)
    assert details == "None"
    await client.heartbeat_action(first, {"page": 3})
    await client.fail_action(first, OSError("no answer"))
    second, details = await handed(file, 2)
    assert details == "{'page': 3}"
    with pytest.raises(ActionNotOpen, match="a later attempt"):
        await client.complete_action(first, Receipt(1, "x"))
    await client.complete_action(second, Receipt(5, "card"))
    assert await handle.result(30) == [5, "card"]
    await client.complete_action(second, Receipt(5, "card"))
    with pytest.raises(RunEnded):
        await client.complete_action(second, Receipt(6, "card"))
    with pytest.raises(InvalidInput, match="no task token"):
        await client.complete_action(second[:-1] + "x", 1)
    with pytest.raises(RunNotFound):
        await client.complete_action(write_token(new_run_id(), 1, 1), 1)


async def test_the_timeout_ends_what_nobody_completes(pairs: Installation, tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    handle = await pairs.client.start(Handed, str(file), 1.0)
    with pytest.raises(WorkflowFailedError) as failed:
        await handle.result(30)
    assert isinstance(failed.value.__cause__, ActionTimeout)
    assert "it was to be completed elsewhere" in str(failed.value)
    assert len(file.read_text().splitlines()) == 2


async def test_from_the_command_line(pairs: Installation, tmp_path: Path) -> None:
    async def call(*arguments: str) -> tuple[int, str, str]:
        done = await asyncio.to_thread(warren, tmp_path, *arguments, servers=pairs.environment)
        return done.returncode, done.stdout, done.stderr

    file = tmp_path / "tokens"
    handle = await pairs.client.start(Handed, str(file))
    first, _ = await handed(file)
    code, out, _ = await call("heartbeat", first, '{"page": 3}')
    assert (code, out) == (0, f"noted: attempt 1 of invocation 1 of run {handle.id}\n")
    assert (await call("fail", first, "no answer"))[0] == 0
    second, details = await handed(file, 2)
    assert details == "{'page': 3}"
    code, _, err = await call("complete", first, "1")
    assert code == 2
    assert "a later attempt with a token of its own" in err
    (tmp_path / "result.json").write_text('{"paid": 5}')
    code, out, _ = await call("complete", second, "@result.json", "--json")
    said = {"run_id": str(handle.id), "invocation": 1, "attempt": 2, "completed": True}
    assert (code, json.loads(out)) == (0, said)
    assert await handle.result(30) == [{"paid": 5}]
    code, _, err = await call("complete", "nonsense")
    assert code == 2
    assert "no task token" in err
    _, out, _ = await call("history", str(handle.id))
    for text in ("#1 attempt 1 is completed elsewhere", "#1 attempt 1 is at", "#1 failed elsewhere: "):
        assert text in out
    assert '#1 was completed elsewhere with {"paid": 5}' in out


async def test_by_one_message_of_a_program_in_any_language(pairs: Installation, tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    handle = await pairs.client.start(Handed, str(file))
    token, _ = await handed(file)

    def send() -> list[dict[str, object]]:
        with foreigner(pairs) as program:
            answers = []
            for said in (
                {"result": 1, "error": "no"},
                {"details": 1},
                {"result": [5, "card"]},
                {"result": [5, "card"]},
            ):
                program.publish(
                    {"token": token, **said}, key="complete_action", reply_to=program.replies, correlation_id="c"
                )
                answers += program.answers(1, "c")
            return answers

    refused, *done = await asyncio.to_thread(send)
    assert refused["error"]["code"] == "bad_message"  # type: ignore[index]  # of JSON
    assert [answer["type"] for answer in done] == ["request_done"] * 3
    assert await handle.result(30) == [[5, "card"]]


async def test_an_attempt_goes_on_where_the_one_before_has_failed(pairs: Installation) -> None:
    handle = await pairs.client.start(ReadOn, 10)
    assert await handle.result(30) == [5, 10]


async def test_many_are_completed_at_once(pairs: Installation, tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    handles = [await pairs.client.start(Handed, str(file)) for _ in range(30)]
    await handed(file, 30)
    tokens = [line.split()[0] for line in file.read_text().splitlines()]
    await asyncio.gather(*(pairs.client.complete_action(token, 1) for token in tokens for _ in range(2)))
    assert [await handle.result(30) for handle in handles] == [[1]] * 30
