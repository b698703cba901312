"""Where runs stand, as people see it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel, SecretStr

from warren import RetryPolicy, Signal, Workflow, action, run_handle, signal, workflow
from warren.contracts import names
from warren.contracts.run_views import RunView, StrandView
from warren.engine import answer_query
from warren.engine.views.values import ALL_CHARACTERS, VALUE_CHARACTERS
from warren.errors import InvalidInput
from warren.testing.driver import DEFAULT_START, EngineDriver


class Login(BaseModel):
    user: str
    password: SecretStr


@dataclass
class Item:
    name: str
    parts: list[int]


@action
async def fetch(number: int) -> int:
    return number


@workflow
class Waits(Workflow):
    """One strand for each thing that can be waited for."""

    name = "views-waits"
    letters = Signal[str]()

    def __init__(self) -> None:
        self.count = 1
        self.item = Item("a", [1, 2])

    @signal
    def add(self, number: int) -> None:
        self.count += number

    async def take(self, queue: asyncio.Queue[int]) -> int:
        return await queue.get()

    async def hold(self, lock: asyncio.Lock) -> None:
        async with lock:
            await asyncio.sleep(3600)

    async def letter(self) -> str:
        received = await self.letters.receive()
        return f"{received}!"

    async def limited(self) -> int:
        async with asyncio.timeout(60):
            return await self.run_action(fetch(2), retry=RetryPolicy(attempts=3, backoff_seconds=30))

    async def get(self, condition: asyncio.Condition) -> None:
        async with condition:
            await asyncio.sleep(1)

    async def grouped(self, event: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(event.wait())

    async def until(self) -> None:
        await self.wait_until(lambda: self.count > 5)

    async def run(self, start: int) -> int:
        queue: asyncio.Queue[int] = asyncio.Queue()
        lock = asyncio.Lock()
        await fetch(start)
        tasks = [asyncio.create_task(self.hold(lock)), asyncio.create_task(self.hold(lock))]
        condition = asyncio.Condition()
        await condition.acquire()
        event = asyncio.Event()
        tasks += [asyncio.create_task(self.get(condition)), asyncio.create_task(self.grouped(event))]
        tasks.append(asyncio.create_task(asyncio.wait_for(event.wait(), 500)))
        values = await asyncio.gather(
            self.take(queue), self.letter(), self.limited(), self.until(), asyncio.sleep(20), fetch(start)
        )
        await asyncio.gather(*tasks)
        return len(values)


OTHER = UUID("01234567-0123-4567-8123-456789abcdef")


@workflow
class Child(Workflow):
    name = "views-child"

    async def run(self) -> None:
        pass


@workflow
class Related(Workflow):
    """Waits for other runs."""

    name = "views-related"

    async def child(self) -> None:
        await Child().start()

    async def other(self) -> None:
        await run_handle(OTHER).signal("add", 1)

    async def run(self) -> None:
        await asyncio.gather(self.child(), self.other(), fetch(1))


@workflow
class Values(Workflow):
    name = "views-values"

    async def run(self, login: Login) -> None:
        text = "x" * 10_000
        numbers = list(range(10_000))
        deep: list[Any] = []
        deep.append(deep)
        big = 1 << 200
        data = b"y" * 5_000
        table = {(1, 2): {"a": Item("n", [])}, "s": {3}}
        task = asyncio.create_task(fetch(1))
        twice = lambda: text * 2  # noqa: E731
        secrets = [login.password, {"p": login.password}]
        wide = [["z" * 400] * 40] * 400
        many = {str(number): number for number in range(1_000)}
        await asyncio.sleep(1)
        await fetch(len([text, numbers, deep, big, data, table, task, twice, secrets, wide, many]))


def view(driver: EngineDriver) -> RunView:
    answer = answer_query(driver.executable, driver.state, names.STATE_QUERY, {}, driver.now)
    return RunView.model_validate(json.loads(json.dumps(answer)))


def by_function(seen: RunView) -> dict[str, StrandView]:
    return {strand.frames[0].function.rpartition(".")[2]: strand for strand in seen.strands}


def line_of(text: str) -> int:
    lines = Path(__file__).read_text().splitlines()
    return next(number for number, line in enumerate(lines, start=1) if line.strip() == text)


@pytest.fixture
def driver() -> EngineDriver:
    made = EngineDriver.of(Waits, 7)
    made.now += timedelta(seconds=5)
    made.succeed(1, 7)
    return made


def test_each_strand_says_where_it_stands_what_it_waits_for_and_since_when(driver: EngineDriver) -> None:
    seen = view(driver)
    assert (seen.workflow, seen.seq, seen.strands_seq) == ("views-waits", 2, 2)
    assert [strand.number for strand in seen.strands] == sorted(strand.number for strand in seen.strands)
    strands = by_function(seen)
    main = strands["run"]
    assert main.is_main
    assert [(frame.file, frame.line) for frame in main.frames] == [
        (__file__, line_of("values = await asyncio.gather("))
    ]
    assert main.frames[0].variables["start"] == 7
    assert "values" not in main.frames[0].variables
    assert (main.waits_for.kind, main.since) == ("gather", DEFAULT_START + timedelta(seconds=5))
    kinds = [part.kind for part in main.waits_for.parts]
    assert kinds == ["task", "task", "task", "task", "timer", "action"]
    waits = {name: (strand.waits_for.kind, strand.waits_for.name) for name, strand in strands.items()}
    assert waits["take"] == ("asyncio", "Queue.get")
    assert waits["letter"] == ("signal", "letters")
    assert waits["until"] == ("condition", None)
    assert waits["limited"] == ("action", "fetch")
    assert strands["letter"].frames[-1].line == line_of("received = await self.letters.receive()")
    assert strands["limited"].times_out_at == driver.now + timedelta(seconds=60)
    holds = [strand.waits_for for strand in seen.strands if strand.frames[0].function == "Waits.hold"]
    assert [wait.kind for wait in holds] == ["timer", "asyncio"]
    assert holds[0].due_at == driver.now + timedelta(seconds=3600)
    assert holds[1].name == "Lock.acquire"
    assert waits["get"] == ("asyncio", "Condition.acquire")
    assert waits["grouped"] == ("asyncio", "TaskGroup")
    assert waits["wait_for"] == ("asyncio", "Event.wait")
    assert seen.attributes == {"letters": [], "count": 1, "item": {"name": "a", "parts": [1, 2]}}


def test_an_action_says_its_invocation_attempt_backoff_and_worker(driver: EngineDriver) -> None:
    number = by_function(view(driver))["limited"].waits_for.invocation
    driver.fail(number, ValueError("no"))
    wait = by_function(view(driver))["limited"].waits_for
    assert (wait.invocation, wait.attempt, wait.due_at) == (number, 2, driver.now + timedelta(seconds=30))
    assert wait.text.startswith("the next attempt")


def test_the_start_of_a_child_the_answer_of_a_run_and_what_is_elsewhere_are_named() -> None:
    driver = EngineDriver.of(Related)
    driver.defer(next(iter(driver.actions)))
    driver.pause()
    seen = view(driver)
    everything, child, other = (strand.waits_for for strand in seen.strands)
    (started,) = driver.children.values()
    assert child is not None
    assert (child.kind, child.name, child.run_id) == ("child", "views-child", started.run_id)
    assert child.text.startswith("the start of the run")
    assert other is not None
    assert (other.kind, other.name, other.run_id) == ("request", "add", OTHER)
    assert everything is not None
    assert everything.parts[-1].text.endswith("which is completed elsewhere")
    assert seen.paused_at == driver.now
    driver.resume()
    assert view(driver).paused_at is None


def test_a_snapshot_keeps_since_when(driver: EngineDriver) -> None:
    before = view(driver)
    driver.restore(json.loads(json.dumps(driver.snapshot())))
    assert view(driver) == before


def test_an_older_snapshot_does_not_know_since_when(driver: EngineDriver) -> None:
    snapshot = driver.snapshot()
    del snapshot["since"]
    driver.restore(snapshot | {"format": 5})
    assert {strand.since for strand in view(driver).strands} == {None}


def test_looking_changes_nothing(driver: EngineDriver) -> None:
    before = driver.snapshot()
    view(driver)
    assert driver.snapshot() == before


def test_values_are_bounded_and_secrets_masked() -> None:
    driver = EngineDriver.of(Values, Login(user="u", password=SecretStr("hidden")))
    seen = view(driver)
    written = seen.model_dump_json()
    assert "hidden" not in written
    shown = seen.strands[0].frames[0].variables
    assert shown["login"] == {"user": "u", "password": "**********"}
    assert shown["secrets"] == ["**********", {"p": "**********"}]
    assert shown["text"] == f"{'x' * 500}... (9,500 more characters)"
    assert shown["numbers"][:3] == [0, 1, 2]
    assert shown["numbers"][-1] == "... (9,950 more)"
    assert shown["many"]["..."] == "950 more"
    assert shown["big"] == 1 << 200
    assert shown["data"] == "<5,000 bytes>"
    assert shown["table"] == {"[1, 2]": {"a": {"name": "n", "parts": []}}, "s": [3]}
    assert shown["task"] == "<a task: pending>"
    assert shown["twice"].startswith("<function ")
    assert len(json.dumps(shown["wide"])) < 2 * VALUE_CHARACTERS
    assert len(written) < ALL_CHARACTERS


def test_a_run_that_has_ended_shows_what_it_had_before_its_end(driver: EngineDriver) -> None:
    driver.cancel("enough")
    assert driver.is_finished
    seen = driver.view()
    assert (seen.seq, seen.strands_seq, seen.attributes["count"]) == (3, 2, 1)
    assert by_function(seen)["letter"].waits_for.name == "letters"
    assert view(driver).strands == []


def test_many_strands_are_counted_and_not_shown() -> None:
    driver = EngineDriver.of(Wide, 500)
    while driver.continues:
        driver.go_on()
    seen = view(driver)
    assert len(seen.strands) == 100
    assert seen.left_out == 401
    assert seen.strands[0].waits_for.left_out == 480


@workflow
class Wide(Workflow):
    name = "views-wide"

    async def one(self, number: int) -> int:
        return await fetch(number)

    async def run(self, count: int) -> int:
        return len(await asyncio.gather(*[self.one(number) for number in range(count)]))


def test_the_built_in_queries_take_only_their_own_arguments() -> None:
    requests = EngineDriver.of(Wide, 1).executable.requests
    with pytest.raises(InvalidInput, match=r"'warren:state' takes no arguments; it got x"):
        requests.bind_query(names.STATE_QUERY, {"x": 1})
    with pytest.raises(InvalidInput, match="up to 300"):
        requests.bind_query(names.FOLLOW_QUERY, {"seconds": 301})
    assert requests.bind_query(names.FOLLOW_QUERY, {}) == {"seconds": 30.0}
