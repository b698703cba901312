"""How deep a value may be: what is allowed travels through every message and the history, what is deeper is refused."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from pydantic import BaseModel
from pydantic_core import to_json

from warren.contracts import messages, wire
from warren.contracts.decoding import decode
from warren.contracts.encoding import encode, encode_exception
from warren.contracts.imported_types import ImportedTypes
from warren.contracts.messages import RunStatus
from warren.engine import Command, DispatchAction, FinishRun, dump_commands, load_commands
from warren.errors import UnserializableValue

DEEPEST = 60


@dataclass
class Box:
    """One thing in another."""

    content: Any


class Model(BaseModel):
    """The same as a model."""

    content: Any


class Color(enum.Enum):
    """A scalar that is an object of JSON."""

    RED = (1, 2)


class Wrapped(Exception):
    """Carries a value."""


Wrap = Callable[[Any], Any]
CONTAINERS: dict[str, Wrap] = {
    "list": lambda value: [value],
    "dict": lambda value: {"key": value},
    "dict with other keys": lambda value: {1: value},
    "key": lambda value: {(value,): 1},
    "tuple": lambda value: (value,),
    "frozenset": lambda value: frozenset([value]),
    "set": lambda value: {(value,)},
    "dataclass": Box,
    "model": lambda value: Model(content=value),
}
LEVELS = {"key": 2, "set": 2}
"""Of those whose wrapping is more than one container."""


def nested(kind: str, levels: int, innermost: Any = 7) -> Any:
    """A value with so many levels of one kind; where that cannot be nested (sets, keys), of tuples in one of them."""
    if kind in LEVELS:
        return CONTAINERS[kind](nested("tuple", levels - LEVELS[kind], innermost))
    value = innermost
    for _ in range(levels):
        value = CONTAINERS[kind](value)
    return value


def travelled(value: Any) -> Any:
    """What is left of a value after every way that it may take."""
    data = encode(value)
    run_id = uuid4()
    events = (
        messages.ActionSucceeded(run_id=run_id, invocation=1, attempt=1, result=data),
        messages.ChildFinished(run_id=run_id, invocation=2, status=RunStatus.COMPLETED, result=data),
        messages.RunStarted(run_id=run_id, version="v", input={"n": data}),
    )
    batch = messages.EventBatch(items=events)
    assert wire.load(messages.EventBatch, wire.dump(batch)) == batch
    for event in events:
        assert wire.load_event(wire.dump(event)) == event
    action = messages.RunAction(
        run_id=run_id, workflow="w", shard=0, invocation=1, action="a", args=[data], kwargs={"b": data}
    )
    actions = messages.ActionBatch(items=(action,))
    assert wire.load(messages.ActionBatch, wire.dump(actions)) == actions
    start = messages.StartRun(workflow="w", input={"n": data})
    assert wire.load(messages.StartRun, wire.dump(start)) == start
    commands: list[Command] = [
        DispatchAction(1, 1, "a", "default", [data], {"b": data}),
        FinishRun(RunStatus.COMPLETED, data),
    ]
    assert load_commands(dump_commands(commands)) == commands
    return decode(wire.load(messages.EventBatch, wire.dump(batch)).items[0].result, ImportedTypes())  # type: ignore[union-attr]  # the first one has a result


@pytest.mark.parametrize("kind", CONTAINERS)
@pytest.mark.parametrize(
    "innermost", [7, 1 << 70, dt.timedelta(1), 1 + 2j, dt.datetime(2030, 1, 1, tzinfo=dt.UTC)], ids=repr
)
def test_the_deepest_allowed_value_travels(kind: str, innermost: Any) -> None:
    value = nested(kind, DEEPEST, innermost)
    assert travelled(value) == value


@pytest.mark.parametrize("kind", CONTAINERS)
def test_one_level_more_is_refused(kind: str) -> None:
    with pytest.raises(UnserializableValue, match="nested deeper than 60 levels"):
        encode(nested(kind, DEEPEST + 1))


def test_an_enum_in_the_deepest_container_counts_as_a_level() -> None:
    value = nested("dict with other keys", DEEPEST - 2, Color.RED)
    assert travelled(value) == value
    with pytest.raises(UnserializableValue):
        encode(nested("dict with other keys", DEEPEST - 1, Color.RED))


def test_what_contains_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(UnserializableValue, match="contains itself") as caught:
        encode(value)
    assert str(caught.value).startswith("value[0][0][0][0][0] ... [0][0][0][0][0]: nested")


def test_an_exception_with_a_deep_argument_and_many_causes_travels_without_what_is_too_deep() -> None:
    error: BaseException = Wrapped(nested("dict with other keys", DEEPEST - 1))
    for number in range(100):
        outer = Wrapped(number, nested("dict with other keys", DEEPEST - 1))
        outer.__cause__ = error
        error = outer
    value = nested("dict with other keys", DEEPEST - 30, error)
    travelled(value)
    for each in (encode_exception(error), encode(value)):
        batch = messages.EventBatch(items=(messages.ActionFailed(run_id=uuid4(), invocation=1, attempt=1, error=each),))
        assert wire.load(messages.EventBatch, wire.dump(batch)) == batch
    kept = decode(encode_exception(error), ImportedTypes())
    assert kept.args[0] == 99
    assert kept.args[1] == nested("dict with other keys", DEEPEST - 1)
    assert kept.__cause__.args[0] == 98


def test_a_traceback_with_a_lone_surrogate_can_be_sent() -> None:
    try:
        raise Wrapped("bad \ud800")
    except Wrapped as error:
        data = encode_exception(error, with_traceback=True)
    to_json(data)
    assert "\\ud800" in data["tb"]
    assert decode(data, ImportedTypes()).args == ("bad \ud800",)
