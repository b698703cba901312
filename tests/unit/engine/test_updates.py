"""Updates in the engine: methods that change a run and answer, once each, whatever becomes of the run."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from warren import (
    LimitExceeded,
    QueryFailed,
    RunEnded,
    UnserializableValue,
    UpdateRefused,
    Workflow,
    action,
    query,
    update,
    workflow,
)
from warren.contracts.imported_types import ImportedTypes
from warren.contracts.messages import RequestReply, RunStatus, UpdateRequested
from warren.contracts.values import decode
from warren.engine.run.state import MAX_REQUESTS
from warren.engine.run.updates import MAX_REPLIES
from warren.errors import InvalidInput
from warren.testing import EngineDriver


@action
async def reserve(seats: int) -> str:
    return f"seats {seats}"


class Full(Exception):
    pass


@workflow
class Booking(Workflow):
    def __init__(self) -> None:
        self.free = 10
        self.booked: list[str] = []
        self.checked = 0
        self.is_over = False

    @update
    def book(self, name: str, seats: int = 1) -> int:
        if seats > self.free:
            raise Full(f"only {self.free} left")
        self.free -= seats
        self.booked.append(name)
        return self.free

    @book.validator
    def check_book(self, name: str, seats: int = 1) -> None:
        self.checked += 1  # goes nowhere: a validator works on a copy
        if seats < 1:
            raise ValueError("seats must be positive")

    @update
    async def book_slowly(self, seats: int) -> list[object]:
        text = await reserve(seats)
        self.free -= seats
        await asyncio.sleep(60)
        return [text, self.free]

    @update
    def end(self) -> None:
        self.is_over = True

    @update
    def spin(self) -> int:
        n = 0
        while True:
            n += 1

    @update
    def leak(self) -> object:
        return lambda: 1

    @query
    def state(self) -> list[object]:
        return [self.free, self.checked, *self.booked]

    async def run(self) -> int:
        await self.wait_until(lambda: self.is_over)
        return self.free


def answer_of(driver: EngineDriver, asked: str) -> Any:
    answer = driver.answers[asked]
    return decode(answer.result if answer.error is None else answer.error, ImportedTypes())


def test_a_plain_update_changes_the_run_and_is_answered_in_its_own_transition() -> None:
    driver = EngineDriver.of(Booking)
    asked = driver.update("book", {"name": "Ada", "seats": 3})
    assert answer_of(driver, asked) == 7
    assert driver.query("state") == [7, 0, "Ada"]
    assert [row.event.type for row in driver.history] == ["run_started", "update_requested"]


def test_defaults_of_parameters_are_those_of_the_method() -> None:
    driver = EngineDriver.of(Booking)
    assert answer_of(driver, driver.update("book", {"name": "Ada"})) == 9


def test_what_a_method_raises_goes_to_who_asked_and_the_run_goes_on() -> None:
    driver = EngineDriver.of(Booking)
    error = answer_of(driver, driver.update("book", {"name": "Ada", "seats": 11}))
    assert isinstance(error, Full)
    assert str(error) == "only 10 left"
    assert not driver.is_finished
    assert answer_of(driver, driver.update("book", {"name": "Bob"})) == 9


def test_a_validator_that_raises_refuses_and_leaves_no_trace() -> None:
    driver = EngineDriver.of(Booking)
    with pytest.raises(UpdateRefused, match="'book' was refused: ValueError: seats must be positive"):
        driver.update("book", {"name": "Ada", "seats": 0}, id="u")
    assert len(driver.history) == 1
    assert driver.query("state") == [10, 0]
    assert answer_of(driver, driver.update("book", {"name": "Ada"}, id="u")) == 9  # the id was not used up


@workflow
class Ends(Workflow):
    """Its methods raise what would end a process, were the code Python's and not a workflow's."""

    @update
    def change(self, how: str) -> None:
        raise SystemExit(3)

    @change.validator
    def check_change(self, how: str) -> None:
        if how == "exit":
            raise SystemExit(3)
        if how == "interrupt":
            raise KeyboardInterrupt

    @query
    def ask(self) -> None:
        raise SystemExit(3)

    async def run(self) -> None:
        await self.wait_until(lambda: False)


@pytest.mark.parametrize("how", ["exit", "interrupt"])
def test_a_validator_cannot_end_the_process_that_asks_it(how: str) -> None:
    driver = EngineDriver.of(Ends)
    with pytest.raises(UpdateRefused, match=r"was refused: (SystemExit|KeyboardInterrupt)"):
        driver.update("change", {"how": how})
    assert len(driver.history) == 1


def test_neither_can_a_query() -> None:
    driver = EngineDriver.of(Ends)
    with pytest.raises(QueryFailed, match="raised SystemExit: 3"):
        driver.query("ask")
    assert not driver.is_finished


def test_nor_can_an_update_whose_run_fails() -> None:
    driver = EngineDriver.of(Ends)
    asked = driver.update("change", {"how": "now"})
    assert driver.state.status is RunStatus.FAILED
    assert isinstance(answer_of(driver, asked), RunEnded)


def test_an_async_update_awaits_actions_beside_run_and_other_updates() -> None:
    driver = EngineDriver.of(Booking)
    first, second = driver.update("book_slowly", {"seats": 2}), driver.update("book_slowly", {"seats": 3})
    assert driver.answers == {}
    driver.succeed(2, "seats 3")
    driver.succeed(1, "seats 2")
    driver.fire()
    assert answer_of(driver, second) == ["seats 3", 5]
    assert first not in driver.answers
    driver.fire()
    assert answer_of(driver, first) == ["seats 2", 5]
    assert not driver.is_finished


def test_what_an_action_of_an_update_raises_is_its_answer() -> None:
    driver = EngineDriver.of(Booking)
    asked = driver.update("book_slowly", {"seats": 2})
    driver.fail(1, Full("nothing left"))
    assert str(answer_of(driver, asked)) == "nothing left"
    assert not driver.is_finished


def test_the_end_of_the_run_answers_updates_under_way_with_an_error_that_says_so() -> None:
    driver = EngineDriver.of(Booking)
    asked = driver.update("book_slowly", {"seats": 2})
    ending = driver.update("end", {})
    assert answer_of(driver, ending) is None
    assert driver.is_finished
    error = answer_of(driver, asked)
    assert isinstance(error, RunEnded)
    assert "ended (completed) before its update 'book_slowly' had" in str(error)
    assert driver.outcome() == 10


def test_a_cancelled_run_answers_its_updates_likewise() -> None:
    driver = EngineDriver.of(Booking)
    asked = driver.update("book_slowly", {"seats": 2})
    driver.cancel()
    assert driver.state.status is RunStatus.CANCELLED
    assert isinstance(answer_of(driver, asked), RunEnded)


def test_the_same_id_is_one_update() -> None:
    driver = EngineDriver.of(Booking)
    driver.update("book", {"name": "Ada"}, id="u")
    driver.update("book", {"name": "Ada"}, id="u")
    assert len(driver.history) == 2
    assert [event.type for event in driver.ignored] == ["update_requested"]
    assert driver.query("state") == [9, 0, "Ada"]


def test_who_asks_again_while_it_is_under_way_waits_for_the_same_answer() -> None:
    driver = EngineDriver.of(Booking)
    one, other = RequestReply(reply_to="a", correlation_id="1"), RequestReply(reply_to="b")
    driver.update("book_slowly", {"seats": 2}, id="u", reply=one)
    driver.update("book_slowly", {"seats": 2}, id="u", reply=other)
    driver.update("book_slowly", {"seats": 2}, id="u", reply=other)  # a redelivery
    assert len(driver.ignored) == 1
    assert len(driver.actions) == 1
    driver.succeed(1, "seats 2")
    driver.fire()
    assert driver.answers["u"].replies == (("a", "1"), ("b", None))


def test_so_many_wait_for_one_answer_at_most() -> None:
    driver = EngineDriver.of(Booking)
    for number in range(MAX_REPLIES + 5):
        driver.update("book_slowly", {"seats": 2}, id="u", reply=RequestReply(reply_to=str(number)))
    (pending,) = driver.state.updates.values()
    assert [queue for queue, _ in pending.replies] == [str(number) for number in range(5, MAX_REPLIES + 5)]


def test_the_run_knows_which_transition_has_the_answer() -> None:
    driver = EngineDriver.of(Booking)
    driver.update("book_slowly", {"seats": 2}, id="slow")
    driver.update("book", {"name": "Ada"}, id="fast")
    driver.succeed(1, "seats 2")
    driver.fire()
    by_id = {event.id: driver.state.answered[event.subject] for event in _updates(driver)}
    for asked, seq in by_id.items():
        (row,) = [row for row in driver.history if row.seq == seq]
        assert asked in [command.id for command in row.commands if hasattr(command, "replies")]


def _updates(driver: EngineDriver) -> list[UpdateRequested]:
    return [row.event for row in driver.history if isinstance(row.event, UpdateRequested)]


def test_a_bounded_number_of_answered_updates_is_remembered() -> None:
    driver = EngineDriver.of(Booking)
    for number in range(MAX_REQUESTS + 3):
        driver.state.note_request(number)
        driver.state.answered[number] = 1
    driver.state.note_request(-1)
    assert len(driver.state.requests) == MAX_REQUESTS
    assert set(driver.state.answered) < set(driver.state.requests)


def test_limits_end_the_run_and_answer_the_update() -> None:
    driver = EngineDriver.of(Booking)
    asked = driver.update("spin", {})
    assert driver.state.status is RunStatus.FAILED
    assert isinstance(driver.failure(), LimitExceeded)
    assert isinstance(answer_of(driver, asked), RunEnded)


def test_a_result_that_cannot_be_sent_is_an_error_for_who_asked() -> None:
    driver = EngineDriver.of(Booking)
    asked = driver.update("leak", {})
    assert isinstance(answer_of(driver, asked), UnserializableValue)
    assert not driver.is_finished


def test_unknown_updates_and_ill_typed_arguments_are_refused() -> None:
    driver = EngineDriver.of(Booking)
    with pytest.raises(InvalidInput, match="no update 'nope'; it has book, book_slowly, end, leak, spin"):
        driver.update("nope", {})
    with pytest.raises(InvalidInput, match="seats"):
        driver.update("book", {"name": "Ada", "seats": "many"})
    with pytest.raises(InvalidInput, match="name"):
        driver.update("book", {})
    assert len(driver.history) == 1


def test_updates_survive_snapshots_and_replay() -> None:
    driver = EngineDriver.of(Booking)
    driver.update("book", {"name": "Ada"}, id="fast", reply=RequestReply(reply_to="a"))
    driver.update("book_slowly", {"seats": 2}, id="slow", reply=RequestReply(reply_to="b", correlation_id="7"))
    driver.restore(json.loads(json.dumps(driver.snapshot())))
    driver.succeed(1, "seats 2")
    driver.restore(json.loads(json.dumps(driver.snapshot())))
    driver.fire()
    assert driver.answers["slow"].replies == (("b", "7"),)
    assert answer_of(driver, "slow") == ["seats 2", 7]
    again = driver.replay()
    assert again.answers == driver.answers
    assert again.state.answered == driver.state.answered
    assert [row.commands for row in again.history] == [row.commands for row in driver.history]


def test_a_validator_is_not_asked_again_in_a_replay() -> None:
    """It decided once: an older or newer engine that decided otherwise would lose the transition."""
    driver = EngineDriver.of(Booking)
    driver.update("book", {"name": "Ada"}, id="u")
    event = _updates(driver)[0].model_copy(update={"arguments": {"name": "Ada", "seats": 0}, "id": "other"})
    from warren.engine import apply

    decision = apply(driver.executable, driver.state, event, driver.now, is_recorded=True)
    assert decision is not None
    assert decision.event == event


def test_a_run_that_takes_updates_is_not_stuck_without_them() -> None:
    assert not EngineDriver.of(Booking).is_finished
