"""Runs that continue as new: when and with what they end, and how those that go on in their places begin."""

from __future__ import annotations

import asyncio
import json
import re

import pytest

from warren import (
    ContinuesAsNew,
    InvalidInput,
    RunEnded,
    Signal,
    Workflow,
    action,
    continue_as_new,
    history_length,
    history_size,
    query,
    signal,
    update,
    workflow,
)
from warren.contracts import wire
from warren.contracts.ids import shard_of
from warren.contracts.imported_types import ImportedTypes
from warren.contracts.messages import ContinuationDue, RunStatus
from warren.contracts.values import decode
from warren.engine import AnswerUpdate, CancelActions, CancelChild, ContinueAsNew, ContinueRun, dump_commands
from warren.testing.driver import EngineDriver
from warren.testing.successors import successor_of


@action
async def work(n: int) -> int:
    return n


@workflow
class Rounds(Workflow):
    """Takes two numbers and begins again; what it is told besides is in its handler's list."""

    name = "succession.rounds"
    numbers = Signal[int]()
    others = Signal[str]()

    def __init__(self) -> None:
        self.told: list[int] = []

    @signal
    def tell(self, number: int) -> None:
        self.told.append(number)

    @query
    def known(self) -> list[int]:
        return self.told

    @update
    async def slow(self) -> None:
        await asyncio.sleep(1000)

    async def run(self, total: int = 0, told: list[int] | None = None, *, tidy: bool = False) -> int:
        self.told = list(told or [])
        try:
            for _ in range(2):
                number = await self.numbers.receive()
                if number == 0:
                    return total
                total += number
            continue_as_new(total, self.told, tidy=tidy)
        finally:
            if tidy:
                await work(total)
        return -1


@workflow
class Inner(Workflow):
    name = "succession.inner"

    async def run(self) -> None:
        await asyncio.sleep(1000)


@workflow
class Leaves(Workflow):
    """Leaves all kinds of things behind."""

    name = "succession.leaves"

    async def _inner(self) -> None:
        await Inner().run()

    async def run(self, times: int) -> int:
        if times == 0:
            return 7
        child = asyncio.create_task(self._inner())
        asyncio.create_task(work(1))  # noqa: RUF006 - left behind
        await asyncio.sleep(10)
        try:
            continue_as_new(times - 1)
        except Exception:
            await child
        return 0


@workflow
class Wrong(Workflow):
    """Continues with what it is given, and says what was wrong with that."""

    name = "succession.wrong"

    async def run(self, how: str, number: int = 0, *, flag: bool = False) -> str:
        try:
            if how == "type":
                continue_as_new("x", "no number")  # type: ignore[arg-type]
            elif how == "unknown":
                continue_as_new("x", 1, flag="maybe")
            elif how == "twice":
                continue_as_new("x", how="y")
            elif how == "missing":
                continue_as_new(number=1)
            elif how == "many":
                continue_as_new("x", 1, True)
            elif how == "good":
                continue_as_new("end", 1, flag=True)
        except (InvalidInput, TypeError) as error:
            return f"{type(error).__name__}: {error}"
        return f"{number} {flag}"


@workflow
class InTask(Workflow):
    """Lets a task continue it, through `except Exception`."""

    name = "succession.in_task"

    async def _leave(self, n: int) -> None:
        try:
            continue_as_new(n + 1)
        except Exception:
            await work(0)

    async def run(self, n: int = 0) -> int:
        if n < 2:
            await asyncio.gather(self._leave(n))
        return n


@workflow
class InUpdate(Workflow):
    """Lets an update continue it, after a wait or at once."""

    name = "succession.in_update"

    @update
    async def leave(self, n: int, wait: bool) -> None:
        if wait:
            await work(n)
        continue_as_new(n)

    async def run(self, n: int = 0) -> int:
        if n == 0:
            await asyncio.sleep(1000)
        return n


@workflow
class InInit(Workflow):
    name = "succession.in_init"

    def __init__(self) -> None:
        continue_as_new()

    async def run(self) -> None:
        pass


@workflow
class Measures(Workflow):
    """Asks how long its history is."""

    name = "succession.measures"
    numbers = Signal[int]()

    async def run(self) -> list[list[int]]:
        found = []
        for _ in range(3):
            found.append([history_length(), history_size()])
            await self.numbers.receive()
        return found


def begun(driver: EngineDriver) -> EngineDriver:
    driver.go_on()
    return driver


def last_of(driver: EngineDriver) -> EngineDriver:
    """The end of the chain, as far as it goes by itself."""
    begun(driver)
    while driver.state.successor is not None:
        driver = begun(successor_of(driver))
    return driver


def test_the_code_begins_with_the_second_transition() -> None:
    driver = EngineDriver.of(Rounds)
    assert [row.commands for row in driver.history] == [[ContinueRun(1)]]
    driver.signal("tell", 1)
    assert [row.event.type for row in driver.history] == ["run_started", "continuation_due", "signal_received"]
    assert driver.query("known") == [1]
    assert driver.apply(ContinuationDue(run_id=driver.run_id, number=1)) is None


def test_a_run_ends_and_its_successor_begins_with_what_it_left() -> None:
    driver = begun(EngineDriver.of(Rounds))
    for name, payload in [("numbers", 1), ("others", "a"), ("tell", 5), ("numbers", 2)]:
        driver.signal(name, payload, id=f"{name} {payload}")
    assert driver.state.status is RunStatus.CONTINUED
    successor = driver.state.successor
    assert successor == ContinueAsNew(successor.run_id, {"total": 3, "told": [5], "tidy": False})  # type: ignore[union-attr]
    assert driver.history[-1].commands == [successor]
    assert driver.state.pending_commands() == [successor]
    after = successor_of(driver)
    assert after.run_id == successor.run_id != driver.run_id  # type: ignore[union-attr]
    assert {shard_of(after.run_id, n) == shard_of(driver.run_id, n) for n in range(1, 50)} == {True}
    begun(after)
    assert after.query("known") == [5]
    assert after.signal("numbers", 1, id="numbers 1") is None  # the run before it took that
    after.signal("numbers", 0)
    assert after.outcome() == 3


def test_what_lies_in_mailboxes_moves_in_order_before_what_comes_later() -> None:
    driver = EngineDriver.of(Rounds, tidy=True)
    begun(driver)
    for number in range(1, 8):
        driver.signal("numbers", number)
    driver.signal("others", "b")
    driver.succeed(1)
    after = successor_of(driver)
    carried = after.history[0].event.carried  # type: ignore[union-attr]
    assert carried.mailboxes == {"numbers": [3, 4, 5, 6, 7], "others": ["b"]}
    assert (carried.previous, len(carried.requests)) == (driver.run_id, 8)
    begun(after)
    after.signal("numbers", 8)
    after.succeed(1)
    third = begun(successor_of(after))
    third.succeed(1)
    fourth = begun(successor_of(third))
    fourth.succeed(1)
    last = successor_of(fourth)
    assert last.history[0].event.input["total"] == sum(range(1, 9))  # type: ignore[union-attr]


def test_finally_runs_and_may_wait_and_a_snapshot_of_that_changes_nothing() -> None:
    driver = begun(EngineDriver.of(Rounds, tidy=True))
    driver.signal("numbers", 1)
    driver.signal("numbers", 2)
    assert driver.state.status is RunStatus.RUNNING
    driver.restore(json.loads(json.dumps(driver.snapshot())))
    driver.succeed(1)
    assert driver.state.status is RunStatus.CONTINUED
    assert driver.state.successor.input["total"] == 3  # type: ignore[union-attr]
    ended = driver.state
    driver.restore(json.loads(json.dumps(driver.snapshot())))
    assert driver.state.successor == ended.successor
    again = driver.replay()
    assert [row.commands for row in again.history] == [row.commands for row in driver.history]
    assert successor_of(again).history == successor_of(driver).history
    assert successor_of(driver).replay().state.requests == successor_of(driver).state.requests


def test_what_is_under_way_ends_as_at_the_end_of_a_run() -> None:
    driver = begun(EngineDriver.of(Leaves, 1))
    driver.fire()
    kinds = [type(command) for command in driver.history[-1].commands]
    assert kinds[-1] is ContinueAsNew
    assert CancelChild in kinds
    assert CancelActions not in kinds
    assert last_of(driver).outcome() == 7


def test_an_update_under_way_is_answered_with_what_goes_on() -> None:
    driver = begun(EngineDriver.of(Rounds))
    driver.update("slow", {}, id="u")
    driver.signal("numbers", 1)
    driver.signal("numbers", 2)
    (answer,) = [each for each in driver.history[-1].commands if isinstance(each, AnswerUpdate)]
    error = decode(answer.error, ImportedTypes())
    assert isinstance(error, RunEnded)
    assert f"the run {driver.state.successor.run_id} goes on in its place" in str(error)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("type", "InvalidInput: .*number: expected int"),
        ("unknown", "InvalidInput: .*flag: expected bool"),
        ("twice", "TypeError: .*multiple values for argument 'how'"),
        ("many", r"TypeError: .*takes 2 positional arguments of run\(\), not 3"),
        ("missing", "InvalidInput: .*missing argument 'how'"),
    ],
)
def test_arguments_that_do_not_fit_raise_where_it_is_called(how: str, says: str) -> None:
    driver = begun(EngineDriver.of(Wrong, how))
    assert re.match(says, driver.outcome())


def test_arguments_of_every_kind_arrive() -> None:
    assert last_of(EngineDriver.of(Wrong, "good")).outcome() == "1 True"


def test_it_goes_through_tasks_and_is_stopped_by_no_except_exception() -> None:
    assert last_of(EngineDriver.of(InTask)).outcome() == 2


@pytest.mark.parametrize("wait", [False, True])
def test_an_update_may_call_it(wait: bool) -> None:
    driver = begun(EngineDriver.of(InUpdate))
    driver.update("leave", {"n": 3, "wait": wait}, id="u")
    if wait:
        driver.restore(json.loads(json.dumps(driver.snapshot())))
        driver.succeed(next(iter(driver.actions)))
    assert driver.state.status is RunStatus.CONTINUED
    assert isinstance(decode(driver.answers["u"].error, ImportedTypes()), RunEnded)
    assert driver.replay().state.successor == driver.state.successor
    assert last_of(driver).outcome() == 3


def test_in_init_it_fails_the_run() -> None:
    driver = EngineDriver.of(InInit)
    with pytest.raises(RuntimeError, match="__init__"):
        driver.outcome()


def test_the_size_of_a_history_is_that_of_its_rows_also_in_a_replay_and_after_a_snapshot() -> None:
    driver = EngineDriver.of(Measures)
    driver.signal("numbers", 1)
    driver.restore(json.loads(json.dumps(driver.snapshot())))
    driver.signal("numbers", 2)
    driver.signal("numbers", 3)
    sizes = [len(wire.dump(row.event)) + len(dump_commands(row.commands)) for row in driver.history]
    assert driver.outcome() == [[1, 0], [2, sum(sizes[:1])], [3, sum(sizes[:2])]]
    again = driver.replay()
    assert again.outcome() == driver.outcome()
    assert again.state.history_size == driver.state.history_size == sum(sizes)


def test_who_does_not_ask_pays_for_no_measuring() -> None:
    driver = EngineDriver.of(Rounds)
    driver.signal("tell", 1)
    assert (driver.executable.measures_history, driver.state.history_size) == (False, 0)


def test_outside_of_a_run_it_raises_and_there_is_no_history() -> None:
    with pytest.raises(ContinuesAsNew):
        continue_as_new(1, a=2)
    assert (history_length(), history_size()) == (0, 0)


def test_a_full_mailbox_of_long_messages_moves() -> None:
    """What the engine itself takes along is no step of the workflow's: its size fails no run."""
    driver = begun(EngineDriver.of(Rounds))
    for number in range(68):
        driver.signal("others", "x" * 1_000_000, id=f"{number}")
    driver.signal("numbers", 1)
    driver.signal("numbers", 2)
    after = successor_of(driver)
    assert len(after.history[0].event.carried.mailboxes["others"]) == 68  # type: ignore[union-attr]
