"""Children with handles in a test of a user's: they go on in memory, and are told things."""

from __future__ import annotations

import asyncio

import pytest

from warren import RunEnded, RunKeyTaken, RunNotFound, Signal, Workflow, action, run_handle, workflow
from warren.contracts.limits import MAX_CHILD_DEPTH
from warren.errors import LimitExceeded
from warren.testing import run_loop, run_workflow

noted: list[str] = []


@action
async def note(text: str) -> str:
    noted.append(text)
    return text


@workflow
class Listener(Workflow):
    name = "testing-listener"
    words = Signal[str]()

    async def run(self, count: int) -> list[str]:
        try:
            heard = [await self.words.receive() for _ in range(count)]
        except asyncio.CancelledError:
            await note("cleaned up")
            raise
        await note(",".join(heard))
        return heard


@workflow
class Speaker(Workflow):
    name = "testing-speaker"

    async def run(self) -> list[object]:
        child = await Listener().start(2, _key="one")
        await child.signal(Listener.words, "a")
        await asyncio.sleep(24 * 3600)
        await run_handle(child.id).signal("words", "b")
        found: list[object] = [await child.result()]
        try:
            await child.signal(Listener.words, "c")
        except RunEnded:
            found.append("ended")
        try:
            await Listener().start(1, _key="one")
        except RunKeyTaken:
            found.append("taken")
        return found


@workflow
class Leaver(Workflow):
    name = "testing-leaver"

    async def run(self, policy: str) -> str:
        child = await Listener().start(0 if policy == "abandon" else 1, _parent_close_policy=policy)
        return str(child.id)


@workflow
class Caller(Workflow):
    name = "testing-caller"

    async def run(self, run_id: str) -> str:
        try:
            await run_handle(run_id).signal("words", "hello")
        except RunNotFound:
            return "nobody"
        return "told"


@pytest.fixture(autouse=True)
def _nothing_noted() -> None:
    noted.clear()


async def test_children_are_told_things_and_time_is_skipped_while_they_wait() -> None:
    async with asyncio.timeout(5):
        assert await run_workflow(Speaker) == [["a", "b"], "ended", "taken"]


@pytest.mark.parametrize(("policy", "wanted"), [("cancel", ["cleaned up"]), ("terminate", []), ("abandon", [""])])
async def test_children_end_as_their_policy_says(policy: str, wanted: list[str]) -> None:
    await run_workflow(Leaver, policy)
    for _ in range(100):
        if noted == wanted:
            break
        await asyncio.sleep(0.01)
    assert noted == wanted


async def test_a_workflow_reaches_a_run_that_the_test_has_started() -> None:
    listener = await Listener().start(1)
    assert await Caller().run(str(listener.id)) == "nobody", "of another client"
    await listener.signal("words", "hello")
    assert await listener.result(5) == ["hello"]


async def test_a_chain_of_children_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_loop.RunLoop, "_depth", MAX_CHILD_DEPTH, raising=False)
    monkeypatch.setattr(run_loop.RunLoop, "__setattr__", _without_depth)
    with pytest.raises(LimitExceeded, match="there are 101 runs above it"):
        await run_workflow(Speaker)


def _without_depth(loop: object, name: str, value: object) -> None:
    if name != "_depth":
        object.__setattr__(loop, name, value)
