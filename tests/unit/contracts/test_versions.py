"""Peers of other versions: a newer minor one's additions are overlooked, another major one's messages are refused."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import BaseModel

from warren.contracts import events, messages, wire
from warren.errors import MessageError, UnsupportedVersion

NEWER = messages.MINOR_VERSION + 1
RECORDED = Path(__file__).with_name("message_fields.json")

ACTION = {"run_id": str(uuid4()), "workflow": "w", "shard": 0, "invocation": 1, "action": "m:f"}
EVENT = {"type": "action_succeeded", "run_id": str(uuid4()), "invocation": 1, "attempt": 1, "result": {"new": 1}}
REPLY = {"type": "run_accepted", "run_id": str(uuid4()), "workflow": "w", "version": "0", "created": True}


def body(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


def test_what_a_newer_minor_version_added_is_overlooked_at_every_depth() -> None:
    (action,) = wire.load(messages.ActionBatch, body(v=1, minor=NEWER, items=[{**ACTION, "new": 1}], new=2)).items
    assert action == messages.RunAction.model_validate(ACTION)
    (event,) = wire.load(messages.EventBatch, body(v=1, minor=NEWER, items=[{**EVENT, "new": 1}])).items
    assert isinstance(event, messages.ActionSucceeded)
    assert event.result == {"new": 1}, "values are not ours to touch"
    reply = wire.load_reply(body(v=1, minor=NEWER + 7, **REPLY, new=1))
    assert isinstance(reply, messages.RunAccepted)


@pytest.mark.parametrize("version", [{}, {"v": 1}, {"v": 1, "minor": messages.MINOR_VERSION}], ids=str)
def test_our_own_version_is_read_strictly(version: dict[str, int]) -> None:
    with pytest.raises(MessageError, match=r"items\.0\.new: Extra inputs"):
        wire.load(messages.ActionBatch, body(**version, items=[{**ACTION, "new": 1}]))
    with pytest.raises(MessageError, match=r"new: Extra inputs"):
        wire.load_reply(body(**version, **REPLY, new=1))


def test_a_newer_minor_version_must_have_all_that_is_known_here() -> None:
    with pytest.raises(MessageError, match=r"items\.0\.shard: .*integer"):
        wire.load(messages.ActionBatch, body(v=1, minor=NEWER, items=[{**ACTION, "shard": "no"}]))
    with pytest.raises(MessageError, match="unheard_of"):
        wire.load(messages.EventBatch, body(v=1, minor=NEWER, items=[{**EVENT, "type": "unheard_of"}]))


def test_another_major_version_is_refused_with_what_to_do() -> None:
    with pytest.raises(UnsupportedVersion, match="schema version 2, and this Warren reads 1; upgrade") as caught:
        wire.load(messages.ActionBatch, body(v=2, minor=0, items=[ACTION]))
    assert caught.value.code == "unsupported_version"
    with pytest.raises(UnsupportedVersion):
        wire.load_reply(body(v=2, **REPLY))


@pytest.mark.parametrize(
    "version", [{"v": "2"}, {"v": True}, {"v": 1.5}, {"minor": "9"}, {"minor": -1}, {"v": 0}], ids=str
)
def test_a_version_that_is_none_is_a_bad_message(version: dict[str, Any]) -> None:
    with pytest.raises(MessageError) as caught:
        wire.load(messages.ActionBatch, body(**version, items=[ACTION], new=1))
    assert caught.value.code == "bad_message"


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"7", b"\xff\x00"])
def test_what_is_no_object_has_no_version(text: bytes) -> None:
    with pytest.raises(MessageError) as caught:
        wire.load(messages.ActionBatch, text)
    assert caught.value.code == "bad_message"


def test_what_a_newer_warren_stored_can_be_read() -> None:
    event = wire.load_event(json.dumps({**EVENT, "new": 1}))
    assert event == wire.load_event(json.dumps(EVENT))
    parent = messages.ParentRun(run_id=uuid4(), shard=0, invocation=1)
    assert wire.load_stored(messages.ParentRun, json.dumps({**parent.model_dump(mode="json"), "new": 1})) == parent
    with pytest.raises(MessageError, match="not a known event"):
        wire.load_event('{"type":"unheard_of"}')
    with pytest.raises(MessageError, match=r"not a ParentRun: .*shard"):
        wire.load_stored(messages.ParentRun, '{"shard":"no"}')


# --- what may change, and how -----------------------------------------------------------------------------------------


def fields_now() -> dict[str, list[str]]:
    """The fields of every message and part, by class; a required one with a star."""
    known = {**vars(messages), **vars(events)}
    parts = [each for each in known.values() if isinstance(each, type) and issubclass(each, messages.Part)]
    return {each.__name__: [_field(each, name) for name in each.model_fields] for each in parts if each.model_fields}


def _field(cls: type[BaseModel], name: str) -> str:
    return f"{name}*" if cls.model_fields[name].is_required() else name


def test_the_fields_of_this_version_are_recorded() -> None:
    """A field that was added after a release is of a new minor version; without one, older peers park its messages."""
    recorded = json.loads(RECORDED.read_text())
    assert list(recorded)[-1] == f"{messages.VERSION}.{messages.MINOR_VERSION}", "one more section for a new version"
    assert recorded[list(recorded)[-1]] == fields_now(), (
        f"the messages have changed. Was the recorded version released? Then raise MINOR_VERSION and add a section to "
        f"{RECORDED.name} (docs/adr/0004); before the release of a version its section may be changed:\n"
        + json.dumps(fields_now(), indent=1)
    )


def test_a_minor_version_only_adds_what_may_be_missing() -> None:
    recorded = json.loads(RECORDED.read_text())
    for (old, before), (new, after) in pairwise(recorded.items()):
        if old.partition(".")[0] != new.partition(".")[0]:
            continue
        for part, fields in before.items():
            added = set(after[part]) - set(fields)
            assert set(fields) <= set(after[part]), f"{new} lacks fields of {part} that {old} has"
            assert not [field for field in added if field.endswith("*")], f"{new} asks for more in {part}"
