"""Commands in the history: what is written is read again, whatever is in them."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from warren.contracts.messages import RunStatus
from warren.contracts.values import encode
from warren.engine import Command, dump_commands, load_commands
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
