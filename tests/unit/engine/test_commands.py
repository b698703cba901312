"""Commands in the history: what is written is read again, whatever is in them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from warren.contracts.messages import RunStatus
from warren.contracts.shared_values import SHARED_BYTES
from warren.contracts.values import encode
from warren.engine import Command, commands_data, dump_commands, load_commands
from warren.engine.commands import (
    CancelChild,
    ContinueRun,
    DispatchAction,
    FinishRun,
    LogMessage,
    StartChild,
    StartTimer,
)
from warren.errors import MessageError

VALUES = [None, True, 1 << 70, -(1 << 63), 1e300, float("nan"), 0.1, "ä\x00 \u2028 \ud800 🐇", b"\xff", {1: {2}}]

ALL: list[Command] = [
    DispatchAction(1, 2, "m:ä", "default", [encode(value) for value in VALUES], {"k": encode(VALUES)}, 0.5),
    DispatchAction(1, 1, "m:a", "q"),
    StartTimer(2, datetime(2030, 1, 1, 0, 0, 0, 5, tzinfo=UTC)),
    ContinueRun(3),
    StartChild(4, uuid4(), "orders.Ship", {"n": encode(VALUES)}),
    CancelChild(uuid4()),
    LogMessage("line\nof\x00 text 🐇", "warning"),
    FinishRun(RunStatus.COMPLETED, encode(VALUES)),
    FinishRun(RunStatus.FAILED, None, {"$": "exception"}),
]


def test_every_command_is_read_as_it_was_written() -> None:
    text = dump_commands(ALL)
    assert load_commands(text) == ALL
    assert "\x00" not in text
    text.encode()


def test_nothing_is_a_list_too() -> None:
    assert dump_commands([]) == "[]"
    assert load_commands("[]") == []


@pytest.mark.parametrize("text", ["", "{", "[1]", "[{}]", '[{"c":"other"}]', '[{"c":"continue"}]', "7"])
def test_what_is_no_list_of_commands_is_refused(text: str) -> None:
    with pytest.raises(MessageError, match="commands"):
        load_commands(text)


# --- values that several calls have in common -------------------------------------------------------------------------

LARGE = {"pages": ["lorem ipsum" * 10] * 20, "null": None}
TEXT = "x" * SHARED_BYTES


def test_a_large_value_of_many_actions_is_written_once() -> None:
    commands: list[Command] = [
        DispatchAction(1, 1, "m:ask", "q", [LARGE, 1], {"style": TEXT}),
        StartTimer(2, datetime(2030, 1, 1, tzinfo=UTC)),
        DispatchAction(3, 1, "m:ask", "q", [2, LARGE, LARGE]),
        DispatchAction(4, 1, "m:ask", "q", [None], {"0": LARGE, "a": None}, 1.5),
        DispatchAction(5, 1, "m:ask", "q"),
        StartChild(6, UUID(int=1), "w", {"b": TEXT, "a": LARGE, "c": None}),
    ]
    text = dump_commands(commands)
    assert (text.count(TEXT), text.count('"null"')) == (1, 1)
    read = load_commands(text)
    assert read == commands
    child = read[-1]
    assert isinstance(child, StartChild)
    assert list(child.input) == ["b", "a", "c"], "the order of arguments by name is kept"
    assert dump_commands(read) == text, "what was read is shared when it is written again"
    assert load_commands(json.dumps(commands_data(commands))) == commands, "the form of older rows"


def test_a_row_may_have_shared_values_beside_others() -> None:
    row = [
        {"c": "shared", "values": [LARGE]},
        {"c": "action", "i": 1, "n": 1, "action": "m:a", "queue": "q", "args": [None, 7], "shared": [[0, 0]]},
        {"c": "action", "i": 2, "n": 1, "action": "m:a", "queue": "q", "args": [LARGE]},
        {"c": "continue", "n": 1},
    ]
    assert load_commands(json.dumps(row)) == [
        DispatchAction(1, 1, "m:a", "q", [LARGE, 7]),
        DispatchAction(2, 1, "m:a", "q", [LARGE]),
        ContinueRun(1),
    ]


@pytest.mark.parametrize("shared", [[[0, 1]], [[0, -1]], [[1, 0]], [["k", 0]], [[0]], 7, [[0, None]], [7]])
def test_a_row_whose_table_lacks_a_value_is_refused(shared: Any) -> None:
    call = {"c": "action", "i": 1, "n": 1, "action": "m:a", "queue": "q", "args": [None], "shared": shared}
    with pytest.raises(MessageError, match="commands"):
        load_commands(json.dumps([{"c": "shared", "values": [LARGE]}, call]))


def test_what_is_small_or_alone_is_written_as_ever() -> None:
    small = {"a": "x" * (SHARED_BYTES - 20)}
    for commands in (
        [DispatchAction(number, 1, "m:a", "q", [small, number]) for number in range(5)],
        [DispatchAction(number, 1, "m:a", "q", [dict(LARGE)]) for number in range(5)],
        [DispatchAction(1, 1, "m:a", "q", [LARGE, LARGE])],
    ):
        assert json.loads(dump_commands(commands)) == commands_data(commands)


_VALUES: list[Any] = [None, 0, TEXT, LARGE, [LARGE], [TEXT, 1], {"shared": [[0, 0]]}, [], {}, "x", {"c": "shared"}]
_calls = some.builds(
    DispatchAction,
    some.integers(1, 99),
    some.integers(1, 3),
    some.just("m:a"),
    some.just("q"),
    some.lists(some.sampled_from(_VALUES), max_size=4),
    some.dictionaries(some.sampled_from(["a", "0", "shared", "values"]), some.sampled_from(_VALUES), max_size=3),
    some.sampled_from([None, 1.5]),
)
_children = some.builds(
    StartChild,
    some.integers(1, 99),
    some.uuids(),
    some.just("w"),
    some.dictionaries(some.sampled_from(["a", "c"]), some.sampled_from(_VALUES), max_size=2),
)


@given(some.lists(some.one_of(_calls, _children, some.sampled_from(ALL)), max_size=8))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_any_commands_survive_sharing(commands: list[Command]) -> None:
    text = dump_commands(commands)
    assert load_commands(text) == commands
    assert dump_commands(load_commands(text)) == text
    assert load_commands(json.dumps(commands_data(commands))) == commands
