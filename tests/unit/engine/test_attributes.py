"""Attributes in the engine: commands of the transition, bounded, and part of the state."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from warren import LimitExceeded, Workflow, action, now, upsert_attributes, workflow
from warren.contracts.attributes import MAX_ATTRIBUTES, MAX_BYTES, MAX_ITEMS, MAX_TEXT_CHARACTERS
from warren.contracts.messages import RunStatus
from warren.engine import DispatchAction, UpsertAttributes, dump_commands, identity_of, load_commands
from warren.sdk import native_run
from warren.testing import EngineDriver
from warren.testing.driver import executable_of


@action
async def work(n: int) -> int:
    return n


@workflow
class Steps(Workflow):
    """Attributes before, between and after actions."""

    name = "attributes-steps"

    async def run(self, customer: str) -> int:
        upsert_attributes(customer=customer, amount=5, since=now(), tags=["a", "b"], tuples=("c",), ok=True, rate=1.0)
        await work(1)
        upsert_attributes(amount=None, customer="y", unknown=None)
        upsert_attributes()
        await work(2)
        upsert_attributes(done=True)
        return 3


@workflow
class Tries(Workflow):
    """Gives what cannot be an attribute, and returns what it is told."""

    name = "attributes-tries"

    async def run(self, kind: str) -> str:
        try:
            if kind == "long":
                upsert_attributes(text="x" * 501)
            elif kind == "many":
                upsert_attributes(**{f"a{n}": n for n in range(65)})
            elif kind == "more":
                upsert_attributes(**{f"a{n}": n for n in range(64)})
                upsert_attributes(a0=None, b=1)
                upsert_attributes(c=1)
            elif kind == "large":
                upsert_attributes(**{f"a{n}": "x" * 500 for n in range(60)}, b=["x" * 500] * 10)
            elif kind == "items":
                upsert_attributes(tags=["x"] * 65)
            elif kind == "numbers":
                upsert_attributes(tags=[1])
            elif kind == "type":
                upsert_attributes(given={"a": 1})
            elif kind == "naive":
                upsert_attributes(at=now().replace(tzinfo=None))
            elif kind == "integer":
                upsert_attributes(n=1 << 63)
            elif kind == "infinite":
                upsert_attributes(n=float("inf"))
            elif kind == "nul":
                upsert_attributes(text="a\0b")
            elif kind == "half":
                upsert_attributes(text="\ud800")
            elif kind == "built_in":
                upsert_attributes(status="done")
            elif kind == "word":
                upsert_attributes(Not="done")
            elif kind == "name":
                upsert_attributes(**{"a-b": 1})
            else:
                upsert_attributes(**{"x" * 65: 1})
        except (ValueError, TypeError) as error:
            return f"{type(error).__name__}: {error}"
        return "taken"


@workflow
class Often(Workflow):
    """Changes its attributes more often than there may be commands."""

    name = "attributes-often"

    async def run(self) -> int:
        for n in range(5_000):
            upsert_attributes(n=n)
        upsert_attributes(gone=1)
        upsert_attributes(gone=None, kept=True)
        return await work(1)


@workflow
class Endless(Workflow):
    """Never awaits anything."""

    name = "attributes-endless"

    async def run(self) -> None:
        n = 0
        while True:
            n += 1
            upsert_attributes(n=n)


def test_changes_are_commands_and_the_state_has_their_sum() -> None:
    driver = EngineDriver.of(Steps, "x")
    at = {"$": "datetime", "v": "2026-01-01T00:00:00+00:00"}
    first = {"customer": "x", "amount": 5, "since": at, "tags": ["a", "b"], "tuples": ["c"], "ok": True, "rate": 1.0}
    assert driver.history[0].commands[0] == UpsertAttributes(first)
    assert driver.state.attributes == first
    commands = driver.succeed(1, 1)
    assert commands is not None
    assert commands[0] == UpsertAttributes({"amount": None, "customer": "y", "unknown": None})
    assert len(commands) == 2, "a call without attributes is no command"
    assert driver.state.attributes == {**{k: v for k, v in first.items() if k != "amount"}, "customer": "y"}
    driver.succeed(2, 2)
    assert driver.is_finished
    assert driver.state.attributes["done"] is True


def test_attributes_of_the_start_come_before_the_first_transition() -> None:
    executable = executable_of(Steps)
    given = {"region": "eu", "customer": "z", "amount": 1}
    driver = EngineDriver(executable, {"customer": "x"}, attributes=given)
    assert (driver.state.attributes["region"], driver.state.attributes["customer"]) == ("eu", "x")
    again = driver.replay()
    assert again.state.attributes == driver.state.attributes
    assert given == {"region": "eu", "customer": "z", "amount": 1}


def test_snapshots_and_replays_keep_them() -> None:
    driver = EngineDriver.of(Steps, "x")
    driver.succeed(1, 1)
    before = dict(driver.state.attributes)
    driver.restore(json.loads(json.dumps(driver.snapshot())))
    assert driver.state.attributes == before
    driver.succeed(2, 2)
    assert driver.replay().state.attributes == driver.state.attributes == {**before, "done": True}


def test_a_snapshot_of_an_older_format_has_none() -> None:
    driver = EngineDriver.of(Tries, "naive")
    snapshot = json.loads(json.dumps(driver.snapshot()))
    assert "attributes" not in snapshot, "who has none pays nothing"
    driver.restore({**snapshot, "format": 5})
    assert driver.state.attributes == {}


def test_a_command_is_written_and_read_and_never_pending() -> None:
    command = UpsertAttributes({"customer": "x", "amount": None})
    assert dump_commands([command]) == '[{"c":"attributes","set":{"customer":"x","amount":null}}]'
    assert load_commands(dump_commands([command])) == [command]
    driver = EngineDriver.of(Steps, "x")
    assert not driver.state.is_pending(command)
    assert not [each for each in driver.state.pending_commands() if isinstance(each, UpsertAttributes)]
    assert identity_of(command) != identity_of(UpsertAttributes({"amount": 1}))


REFUSED = {
    "long": f"ValueError: attribute 'text': a text has at most {MAX_TEXT_CHARACTERS} characters, not 501",
    "many": f"ValueError: a run has at most {MAX_ATTRIBUTES} attributes, not 65: remove some",
    "more": f"ValueError: a run has at most {MAX_ATTRIBUTES} attributes, not 65: remove some",
    "large": f"ValueError: the attributes of a run have at most {MAX_BYTES:,} bytes as JSON",
    "items": f"ValueError: attribute 'tags': a list has at most {MAX_ITEMS} texts, not 65",
    "numbers": "TypeError: attribute 'tags': a list has texts only, not a int",
    "type": "TypeError: attribute 'given': a value is a str, int, float, bool, datetime or a list of str, not a dict",
    "naive": "ValueError: attribute 'at': 2026-01-01T00:00:00 has no time zone: write one, such as UTC",
    "integer": "ValueError: attribute 'n': an integer has at most 64 bits",
    "infinite": "ValueError: attribute 'n': inf cannot be compared",
    "nul": "ValueError: attribute 'text': 'a\\x00b' has a NUL",
    "half": "ValueError: attribute 'text': '\\ud800' has a NUL or half a surrogate pair",
    "built_in": "ValueError: an attribute cannot be called 'status': that is what every run has already",
    "word": "ValueError: an attribute cannot be called 'Not': that is a word of the search",
    "name": "ValueError: 'a-b' is no name of an attribute: write a letter",
    "a longer name": "ValueError: ",
}


@pytest.mark.parametrize("kind", REFUSED)
async def test_what_cannot_be_one_is_an_exception_that_the_workflow_can_catch(kind: str) -> None:
    driver = EngineDriver.of(Tries, kind)
    assert driver.outcome().startswith(REFUSED[kind])
    if kind != "more":  # outside of a run nobody counts over several calls
        assert await native_run(Tries, kind) == driver.outcome() or kind == "naive"
    kept: dict[str, Any] = driver.state.attributes
    assert len(kept) == (64 if kind == "more" else 0), "nothing of a change that is refused is kept"


def test_who_never_stops_is_stopped() -> None:
    driver = EngineDriver.of(Endless)
    assert driver.state.status is RunStatus.FAILED
    with pytest.raises(LimitExceeded):
        driver.outcome()


def test_all_changes_of_a_transition_are_one_command() -> None:
    driver = EngineDriver.of(Often)
    (upsert, dispatch) = driver.history[0].commands
    assert upsert == UpsertAttributes({"n": 4_999, "gone": None, "kept": True})
    assert isinstance(dispatch, DispatchAction)
    assert driver.state.attributes == {"n": 4_999, "kept": True}


async def test_a_native_run_only_checks() -> None:
    upsert_attributes(customer="x", at=datetime.now(UTC), nothing=None)
    with pytest.raises(TypeError):
        upsert_attributes(customer=b"x")  # type: ignore[arg-type]  # the point
