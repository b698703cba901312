"""A wrong key, run id or name is named and shown in short, with what to do about it: in Python and in messages."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from warren.contracts import messages, wire
from warren.contracts.identity import KEY_LENGTH, shown
from warren.errors import MessageError

RUN = UUID("0197c1de-7a3b-7c51-9d4e-2f6a8b1c0d3e")
KEY = "write 1 to 500 characters, or leave the key away"
NAME = "a workflow's name has 1 to 200 bytes in UTF-8"
WRONG: list[tuple[str, Any, str]] = [
    ("key", "", f"key: '' is empty; {KEY}"),
    ("key", "k" * 501, f"key: '{'k' * 59}... (503 characters) is too long (501 characters); {KEY}"),
    ("key", "a\0b", f"key: 'a\\x00b' has a NUL character, which cannot be stored; {KEY}"),
    ("key", "a\ud800b", f"key: 'a\\ud800b' has half a surrogate pair, which is no Unicode text; {KEY}"),
    ("key", 7, f"key: 7 is of type int and not text; {KEY}"),
    ("key", True, f"key: True is of type bool and not text; {KEY}"),
    ("workflow", "", f"workflow: '' is empty; {NAME}"),
    ("workflow", "ä" * 101, f"workflow: '{'ä' * 59}... (103 characters) is too long (202 bytes); {NAME}"),
    ("workflow", "\0", f"workflow: '\\x00' has a NUL character, which cannot be stored; {NAME}"),
    ("workflow", None, f"workflow: None is of type NoneType and not text; {NAME}"),
    ("run_id", "", "run_id: '' is no UUID; make one (version 7 or 4), or leave the run id away"),
    ("run_id", "1234", "run_id: '1234' is no UUID; make one (version 7 or 4), or leave the run id away"),
    ("run_id", 1234, "run_id: 1234 is no UUID; make one (version 7 or 4), or leave the run id away"),
    (
        "version",
        "\0",
        "version: '\\x00' has a NUL character, which cannot be stored; write the hash of a program, or leave",
    ),
    ("version", [], "version: [] is of type list and not text; write the hash of a program, or leave"),
]
IDS = [f"{name}-{ascii(value)[:12]}" for name, value, _ in WRONG]


@pytest.mark.parametrize(("name", "value", "text"), WRONG, ids=IDS)
def test_a_message_says_which_field_is_wrong_and_what_to_do(name: str, value: Any, text: str) -> None:
    body = json.dumps({"workflow": "w", name: value}).encode()
    with pytest.raises(MessageError) as caught:
        wire.load(messages.StartRun, body)
    assert str(caught.value).startswith(f"not a StartRun: {text}")


@pytest.mark.parametrize(("name", "value", "text"), WRONG, ids=IDS)
def test_the_same_is_said_in_python(name: str, value: Any, text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        messages.StartRun(**{"workflow": "w", name: value})
    assert wire.explained(caught.value).startswith(text)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("key", value) for value in ("k", "ä" * KEY_LENGTH, " ", "\x01", "message:x")),
        *(("workflow", value) for value in ("w", "ä" * 100, "a b.c:d")),
        *(("run_id", value) for value in (str(RUN), RUN.hex, str(RUN).upper(), None)),
        ("version", "label"),
    ],
)
def test_what_may_be_is_taken_as_it_is(name: str, value: Any) -> None:
    made = wire.load(messages.StartRun, json.dumps({"workflow": "w", name: value}).encode())
    again = getattr(made, name)
    assert again == (UUID(value) if name == "run_id" and value is not None else value)


def test_what_is_shown_of_a_value_is_short_and_never_fails() -> None:
    class Mute:
        def __repr__(self) -> str:
            raise RecursionError

    assert shown("x" * 10_000_000).endswith("(10,000,002 characters)")
    assert shown(10**10_000) == "a value of type int"
    assert shown(Mute()) == "a value of type Mute"
    assert shown("\ud800").isascii()


@pytest.mark.parametrize(
    "body",
    [
        b'{"workflow":"w","input":{"n":"\\ud800"}}',
        b'{"workflow":"w"',
        b"\xff",
        b'{"workflow":"w","input":{"n":' + b"[" * 100_000 + b"}}",
    ],
)
def test_what_is_no_json_for_another_reason_is_just_that(body: bytes) -> None:
    with pytest.raises(MessageError, match="not a StartRun: body: Invalid JSON"):
        wire.load(messages.StartRun, body)


def test_the_path_to_what_is_wrong_is_short() -> None:
    with pytest.raises(MessageError, match=r"z\.\.\.: Extra inputs are not permitted") as caught:
        wire.load(messages.StartRun, json.dumps({"workflow": "w", "z" * 1_000_000: 1}).encode())
    assert len(str(caught.value)) < 1_000
