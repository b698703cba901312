"""Looking at runs and following them on real servers, also when a coordinator dies and connections are lost."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from pathlib import Path
from uuid import UUID

import pytest
from tests.e2e.command_line import WARREN
from tests.e2e.foreign import foreigner
from tests.e2e.signals_workload import Shop
from tests.e2e.warren_command import warren
from tests.support.eventually import eventually
from tests.support.processes import ROOT, Installation

from warren.client import ClientRunHandle
from warren.contracts.ids import new_run_id
from warren.errors import RunNotFound

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]


async def test_a_run_is_followed_to_its_end_and_each_transition_comes_once(pairs: Installation) -> None:
    handle = await pairs.client.start(Shop, 30)
    followed = asyncio.gather(*(collect(pairs, handle.id) for _ in range(3)))
    for _ in range(30):
        await handle.signal(Shop.pay, 1)
    await handle.result(30)
    assert await asyncio.wait_for(followed, 30) == [list(range(1, 33))] * 3


async def collect(pairs: Installation, run_id: UUID) -> list[int]:
    return [entry.seq async for entry in pairs.client.history(run_id, follow=True)]


async def test_a_new_transition_comes_at_once(pairs: Installation) -> None:
    handle = await pairs.client.start(Shop, 30)
    entries = handle.history(follow=True)
    assert (await anext(entries)).seq == 1
    following = asyncio.ensure_future(anext(entries))
    await asyncio.sleep(0.5)
    await handle.signal(Shop.pay, 1)
    assert (await asyncio.wait_for(following, 1)).seq == 2
    await entries.aclose()
    await handle.cancel()


async def test_a_follower_outlives_the_coordinators(pairs: Installation) -> None:
    handle = await pairs.client.start(Shop, 3)
    followed = asyncio.ensure_future(collect(pairs, handle.id))
    await handle.signal(Shop.pay, 1)
    for coordinator in pairs.named("coordinator"):
        coordinator.kill()
    for _ in range(2):
        pairs.coordinator()
    await pairs.until_ready()
    await handle.signal(Shop.pay, 1)
    await handle.signal(Shop.pay, 1)
    await handle.result(30)
    assert await asyncio.wait_for(followed, 30) == [1, 2, 3, 4, 5]


async def test_a_run_that_does_not_come_is_an_error(pairs: Installation) -> None:
    with pytest.raises(RunNotFound):
        await collect(pairs, new_run_id())


async def test_the_command_line_shows_where_a_run_stands(pairs: Installation, tmp_path: Path) -> None:
    handle = await pairs.client.start(Shop, 30)
    await handle.signal(Shop.pay, 7)

    async def show(*options: str) -> tuple[int, str, str]:
        done = await asyncio.to_thread(warren, tmp_path, "show", str(handle.id), *options, servers=pairs.environment)
        return done.returncode, done.stdout, done.stderr

    code, out, _ = await show("--state")
    assert code == 0
    assert "signals_workload.py:" in out
    assert "in Shop.run" in out
    assert "paid = [7]" in out
    assert "waits for the condition of wait_until, since " in out
    code, out, _ = await show("--state", "--json")
    view = json.loads(out)
    assert (view["attributes"]["paid"], view["strands"][0]["waits_for"]["kind"]) == ([7], "condition")
    code, _, err = await show("--state", "--follow")
    assert (code, "only one of them" in err) == (2, True)
    code, _, err = await show("--state", "--data", "x")
    assert (code, "does not go with --data" in err) == (2, True)
    await handle.cancel()
    await eventually(lambda: ended(handle))
    code, out, _ = await show("--state")
    assert (code, "before it ended (transition 2):" in out) == (0, True)


async def ended(handle: ClientRunHandle) -> bool:
    return (await handle.status()) != "running"


async def test_the_command_line_follows_a_run_until_its_end(pairs: Installation, tmp_path: Path) -> None:
    handle = await pairs.client.start(Shop, 2)
    following = start_following(pairs, str(handle.id))
    as_json = start_following(pairs, str(handle.id), "--json")
    for _ in range(2):
        await asyncio.sleep(0.2)
        await handle.signal(Shop.pay, 1)
    out, _ = await asyncio.to_thread(following.communicate, timeout=30)
    assert following.returncode == 0
    lines = out.splitlines()
    assert [int(line.split()[0]) for line in lines] == [1, 2, 3, 4]
    assert "signal pay received with 1" in lines[1]
    assert "end the run: completed" in lines[3]
    out, _ = await asyncio.to_thread(as_json.communicate, timeout=30)
    assert [json.loads(line)["seq"] for line in out.splitlines()] == [1, 2, 3, 4]


async def test_ctrl_c_ends_following_cleanly(pairs: Installation) -> None:
    handle = await pairs.client.start(Shop, 2)
    following = start_following(pairs, str(handle.id))
    assert following.stdout is not None
    assert (await asyncio.to_thread(following.stdout.readline)).split()[0] == "1"
    following.send_signal(signal.SIGINT)
    _, err = await asyncio.to_thread(following.communicate, timeout=30)
    assert following.returncode == 130
    assert "Traceback" not in err
    await handle.cancel()


def start_following(pairs: Installation, run: str, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [WARREN, "show", run, "--follow", *options],
        cwd=ROOT,
        env={**os.environ, **pairs.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


async def test_by_one_message_of_a_program_in_any_language(pairs: Installation) -> None:
    handle = await pairs.client.start(Shop, 5)
    await handle.signal(Shop.pay, 1)

    def ask() -> list[dict[str, object]]:
        with foreigner(pairs) as program:
            for query in ("warren:state", "warren:follow"):
                body = {"run_id": str(handle.id), "query": query, "arguments": {}}
                program.publish(body, key="query", reply_to=program.replies, correlation_id="c")
            answers = program.answers(2, "c")
            program.publish({"run_id": str(handle.id), "signal": "pay", "payload": 1}, key="signal", correlation_id="s")
            return answers + program.answers(1, "c")

    state, follows, news = await asyncio.to_thread(ask)
    assert state["result"]["strands"][0]["waits_for"]["kind"] == "condition"  # type: ignore[index]  # of JSON
    assert follows["result"] == {"seq": 2, "ended": False}
    assert news["result"] == {"seq": 3, "ended": False}
    await handle.cancel()
