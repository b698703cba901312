"""Batches whose actions have values in common: every reader gets whole actions, or refuses the message."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from warren.contracts import messages, wire
from warren.contracts.shared_values import SHARED_BYTES, Table, put_back
from warren.errors import MessageError, UnsupportedVersion

LARGE = {"text": "x" * SHARED_BYTES}
ACTION = {"run_id": str(UUID(int=1)), "workflow": "w", "shard": 0, "invocation": 1, "action": "m:f"}


def shared_body(*actions: dict[str, Any], **more: Any) -> bytes:
    head = {"v": messages.VERSION, "minor": messages.MINOR_VERSION, "shared": [LARGE, 7]}
    return json.dumps({**head, "actions": [{**ACTION, **action} for action in actions], **more}).encode()


def test_only_what_is_large_and_the_same_object_is_in_the_table() -> None:
    small, text, again = {"a": 1}, "y" * SHARED_BYTES, "z" * (SHARED_BYTES - 1)
    table = Table([1, 1, small, small, LARGE, text, dict(LARGE), again, text, again, LARGE, None])
    assert table.values == [LARGE, text]
    assert table.values[0] is LARGE
    assert table.taken_out([1, text], {"k": LARGE, "n": None}) == (
        [1, None],
        {"k": None, "n": None},
        [(1, 1), ("k", 0)],
    )
    assert put_back([1, None], {"k": None, "n": None}, [(1, 1), ("k", 0)], table.values) == (
        [1, text],
        {"k": LARGE, "n": None},
    )


def test_the_actions_of_a_shared_batch_are_whole() -> None:
    body = shared_body(
        {"args": [None, None, "q"], "shared": [[0, 0]]},
        {"kwargs": {"0": None, "n": 1}, "shared": [["0", 0]]},
        {"args": [1]},
    )
    first, second, third = wire.load_actions(body)
    assert first == messages.RunAction.model_validate({**ACTION, "args": [LARGE, None, "q"]})
    assert second == messages.RunAction.model_validate({**ACTION, "kwargs": {"0": LARGE, "n": 1}})
    assert third.args == [1]
    alone = wire.dump(messages.ActionBatch(items=(first,)))
    assert wire.load_actions(alone) == (first,)
    assert b"shared" not in alone


def test_an_argument_may_have_the_words_of_a_shared_batch() -> None:
    body = json.dumps({"items": [{**ACTION, "args": [{"actions": [], "shared": []}]}]}).encode()
    assert wire.load_actions(body) == wire.load(messages.ActionBatch, body).items


@pytest.mark.parametrize(
    "shared", [[[0, 2]], [[0, -1]], [[1, 0]], [[-1, 0]], [["0", 0]], [["k", 0]], [[0]], [[0, "0", 1]], [[None, 0]]]
)
def test_a_value_or_a_place_that_is_not_there_is_refused(shared: Any) -> None:
    with pytest.raises(MessageError, match=r"not a SharedActionBatch: actions\.0\.shared"):
        wire.load_actions(shared_body({"args": [None], "shared": shared}))


def test_a_worker_of_the_first_minor_version_refuses_what_it_would_misread(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes unknown fields of a newer version for hints; these are none, and it must not run the action without."""
    body = shared_body({"args": [None], "shared": [[0, 0]]})
    monkeypatch.setattr(messages, "MINOR_VERSION", 0)
    with pytest.raises(MessageError, match="not a ActionBatch: items: Field required"):
        wire.load(messages.ActionBatch, body)


def test_shared_batches_follow_the_rules_of_versions() -> None:
    action = {"args": [None], "shared": [[0, 0]], "new": 1}
    with pytest.raises(MessageError, match=r"actions\.0\.new: Extra inputs"):
        wire.load_actions(shared_body(action))
    (newer,) = wire.load_actions(shared_body(action, minor=messages.MINOR_VERSION + 1, new=2))
    assert newer.args == [LARGE]
    with pytest.raises(UnsupportedVersion):
        wire.load_actions(shared_body(action, v=2))


@pytest.mark.parametrize("body", [b"", b"[]", b'{"actions"', b'{"actions":7}', b'["actions"]'])
def test_what_is_no_batch_is_refused(body: bytes) -> None:
    with pytest.raises(MessageError):
        wire.load_actions(body)
