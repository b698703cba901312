"""Message bodies to bytes and back: which versions are read, what is refused and why.

A message of this version must be exactly as its class says, so that a slip of the pen is noticed. One of a newer minor
version is from a peer that was upgraded already: what is not known here was made to be overlooked (docs/adr/0004).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any, Final, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from warren.contracts import messages
from warren.contracts.shared_values import put_back
from warren.errors import MessageError, UnsupportedVersion

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")

_PLACE: Final = 200
"""Characters of the path to what is wrong: a field may have any name."""


def dump(message: BaseModel) -> bytes:
    """Serialise a message to UTF-8 JSON."""
    return message.__pydantic_serializer__.to_json(message, exclude_defaults=False)


def load(model: type[M], body: bytes) -> M:
    """Parse and check a message body.

    Raises:
        MessageError: the body is not JSON, or not such a message; says where and why.
        UnsupportedVersion: it is of another major version.
    """
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        return _load_newer(model.model_validate_json, f"a {model.__name__}", body, _by_name(model, body, error))


def load_actions(body: bytes) -> tuple[messages.RunAction, ...]:
    """The actions of an `ActionBatch` or a `SharedActionBatch`, each with all of its arguments; raises as `load` does.

    Actions that share a value have the same object: decoding it makes each action's own.
    """
    try:
        return messages.ActionBatch.model_validate_json(body).items
    except ValidationError:
        if _is_shared(body):
            return _whole(load(messages.SharedActionBatch, body))
    return load(messages.ActionBatch, body).items  # of a newer version, or refused


def _is_shared(body: bytes) -> bool:
    try:
        data = from_json(body)
    except ValueError:
        return False
    return isinstance(data, dict) and "actions" in data


def _whole(batch: messages.SharedActionBatch) -> tuple[messages.RunAction, ...]:
    actions: list[messages.RunAction] = []
    for action in batch.actions:
        fields = {name: getattr(action, name) for name in messages.RunAction.model_fields}
        try:
            args, kwargs = put_back(action.args, action.kwargs, action.shared, batch.shared)
        except ValueError as error:
            raise MessageError(f"not a SharedActionBatch: actions.{len(actions)}.shared: {error}") from error
        actions.append(messages.RunAction.model_construct(**fields | {"args": args, "kwargs": kwargs}))
    return tuple(actions)


def load_reply(body: bytes) -> messages.Reply:
    """Parse any reply (`RunAccepted`, `RunFinished`, `WorkflowsRegistered`, `Refused`); raises as `load` does."""
    adapter = _adapters()[0]
    try:
        return adapter.validate_json(body)  # type: ignore[no-any-return]  # a union has no class to name
    except ValidationError as error:
        return _load_newer(adapter.validate_json, "a known reply", body, error)  # type: ignore[no-any-return]  # as above


def load_event(text: str | bytes) -> messages.RunEvent:
    """Parse one event of a history, which has no version: what a newer Warren added is overlooked.

    Raises:
        MessageError: no Warren wrote this, or a newer one with events that are not known here.
    """
    return _overlooking(_adapters()[1].validate_json, "a known event", text)  # type: ignore[no-any-return]  # as above


def check_event(data: messages.Json) -> messages.RunEvent:
    """Check one event of a batch that was parsed by itself; raises `MessageError`."""
    try:
        return _adapters()[1].validate_json(to_json(data))  # type: ignore[no-any-return]  # a union has no class to name
    except (ValidationError, ValueError) as error:
        raise MessageError(
            f"not a known event: {explained(error) if isinstance(error, ValidationError) else error}"
        ) from error


def load_stored(model: type[M], text: str) -> M:
    """Parse a part of a message that was stored by itself, as `load_event` does."""
    return _overlooking(model.model_validate_json, f"a {model.__name__}", text)


def _load_newer(validate: Callable[..., T], name: str, body: bytes, error: ValidationError) -> T:
    """Once more, without what a newer minor version has added; `error` is what is wrong with it in our version."""
    major, minor = _version_of(body)
    if major > messages.VERSION:
        raise UnsupportedVersion(
            f"not {name}: it has the schema version {major}, and this Warren reads {messages.VERSION}; upgrade it"
        ) from error
    if major == messages.VERSION and minor > messages.MINOR_VERSION:
        return _overlooking(validate, name, body)
    raise MessageError(f"not {name}: {explained(error)}") from error


def _by_name(model: type[BaseModel], body: bytes, error: ValidationError) -> ValidationError:
    """For text that is no JSON, such as half a surrogate pair: the error of the field that has it, if it is known.

    Python's own reader takes more than JSON is. What it makes of it is used for this alone.
    """
    if error.errors(include_input=False, include_url=False)[0]["type"] == "json_invalid":
        try:
            model.model_validate(json.loads(body))
        except ValidationError as named:
            return named
        except (ValueError, RecursionError):  # it is less than that, too
            pass
    return error


def _overlooking(validate: Callable[..., T], name: str, text: str | bytes) -> T:
    try:
        return validate(text, extra="ignore")
    except ValidationError as error:
        raise MessageError(f"not {name}: {explained(error)}") from error


def _version_of(body: bytes) -> tuple[int, int]:
    """Major and minor version of a body; what says nothing is of version 1.0, what says nonsense of version 0.0."""
    try:
        data = from_json(body)
    except ValueError:
        return 0, 0
    if not isinstance(data, dict):
        return 0, 0
    major, minor = data.get("v", 1), data.get("minor", 0)
    return (major, minor) if type(major) is int and type(minor) is int else (0, 0)


@cache
def _adapters() -> tuple[TypeAdapter[Any], TypeAdapter[Any]]:
    return TypeAdapter(messages.Reply), TypeAdapter(messages.RunEvent)


def _place(path: tuple[int | str, ...]) -> str:
    text = ".".join(map(str, path))
    return (text if len(text) <= _PLACE else f"{text[:_PLACE]}...") or "body"


def explained(error: ValidationError) -> str:
    """What is wrong with a message, for people: where and why, the first five of it."""
    problems = [
        f"{_place(item['loc'])}: {item['msg']}" for item in error.errors(include_url=False, include_input=False)
    ]
    return "; ".join(problems[:5]) + (f"; and {len(problems) - 5} more" if len(problems) > 5 else "")
