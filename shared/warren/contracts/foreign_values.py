"""Values of the user's own classes that are no record: subclasses of Python's types, and what pydantic can describe.

    {"$": "subclass", "t": "module:Class", "v": the value as its base has it, "a": {attribute: value} or absent}
    {"$": "named", "t": "module:Class", "f": [field, ...], "v": [...]}                a named tuple
    {"$": "pydantic", "t": "module:Class", "v": what its serialiser gives}            with "s": true a secret, in clear
    {"$": "field", "t": "module:Class", "v": what the serialiser of the model's field gives}    within a model

Needed where the class is: the engine keeps them whole (named tuples are tuples with names there, too).
"""

from __future__ import annotations

import datetime as dt
import decimal
import json
import uuid
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Final

from pydantic import BaseModel, PydanticUserError, Secret, SecretBytes, SecretStr, TypeAdapter
from pydantic_core import PydanticSerializationError, to_json

from warren.contracts.class_names import find_type
from warren.errors import InvalidInput

Json = Any

BASES: Final = (
    *(str, bytes, int, float, list, dict, set, frozenset, tuple),
    *(dt.datetime, dt.date, dt.time, dt.timedelta, decimal.Decimal, uuid.UUID),
)
"""The types whose subclasses are carried; a datetime comes before a date, which it is, too."""
_SECRETS: Final = (SecretStr, SecretBytes, Secret)
_MUTABLE: Final[dict[type, Any]] = {list: list.extend, dict: dict.update, set: set.update}


def base_of(cls: type) -> type | None:
    """The type of Python's that a class is a subclass of, or None."""
    return next((base for base in BASES if issubclass(cls, base)), None)


def is_named_tuple(cls: type) -> bool:
    """Whether a class was made by `NamedTuple` or `namedtuple`."""
    return issubclass(cls, tuple) and isinstance(getattr(cls, "_fields", None), tuple)


def as_base(value: Any, base: Any) -> Any:
    """The value without its subclass, whatever methods that has."""
    if base in _MUTABLE or base in {tuple, frozenset}:
        return base(base.__iter__(value)) if base is not dict else dict(dict.items(value))
    if base in {str, bytes, int, float}:
        return base.__new__(base, _plain[base](value))
    if base is decimal.Decimal:
        return decimal.Decimal(value.as_tuple())
    if base is uuid.UUID:
        return uuid.UUID(int=value.int)
    if base is dt.timedelta:
        return dt.timedelta(value.days, value.seconds, value.microseconds)
    return _moment(value, base)


_plain: Final[dict[type, Any]] = {
    str: str.__str__,
    bytes: lambda value: bytes.__getitem__(value, slice(None)),
    int: int.__int__,
    float: float.__float__,
}


def _moment(value: Any, base: Any) -> Any:
    if base is dt.date:
        return dt.date(value.year, value.month, value.day)
    clock = (value.hour, value.minute, value.second, value.microsecond, value.tzinfo)
    if base is dt.time:
        return dt.time(*clock, fold=value.fold)
    return dt.datetime(value.year, value.month, value.day, *clock, fold=value.fold)  # noqa: DTZ001 - with its own zone


def build_subclass(ref: str, value: Any, attributes: dict[str, Any]) -> Any:
    """An instance with this value, made without the class's own `__init__`; raises `InvalidInput`."""
    base: Any = type(value)
    if base not in BASES:
        raise InvalidInput(f"type {ref}: a {base.__name__} is no value of a subclass")
    cls = find_type(ref, base)
    if base in _MUTABLE:
        made = base.__new__(cls)
        _MUTABLE[base](made, value)
    else:
        made = immutable(cls, base, value)
    for name, item in attributes.items():
        object.__setattr__(made, name, item)
    return made


def immutable(cls: Any, base: Any, value: Any) -> Any:
    """An instance of `cls`, a subclass of the immutable `base`, with this value."""
    try:
        if base is dt.timedelta:
            return base.__new__(cls, value.days, value.seconds, value.microseconds)
        if base is uuid.UUID:
            made = object.__new__(cls)
            object.__setattr__(made, "int", value.int)
            object.__setattr__(made, "is_safe", value.is_safe)
            return made
        if issubclass(base, dt.date | dt.time):
            return base.__new__(cls, *value.__reduce_ex__(4)[1])
        return base.__new__(cls, value)
    except TypeError:  # of C code, which makes its instances only by its own
        return cls(value)


def build_named_tuple(ref: str, fields: list[str], values: list[Any]) -> Any:
    """A named tuple; raises `InvalidInput` when this process's class has other fields."""
    cls = find_type(ref, tuple)
    known = getattr(cls, "_fields", None)
    if not isinstance(known, tuple) or len(known) != len(values):
        raise InvalidInput(f"{ref} has the fields {known!r} in this process, not {fields!r}")
    return tuple.__new__(cls, values)


@lru_cache(maxsize=1024)
def _adapter(cls: type) -> TypeAdapter[Any]:
    return TypeAdapter(cls)


def has_schema(cls: type) -> bool:
    """Whether a class tells pydantic how its values are checked and written."""
    return hasattr(cls, "__get_pydantic_core_schema__")


def is_secret(value: Any) -> bool:
    """Whether it is one of pydantic's secrets, or of a subclass: what people must not be shown."""
    return is_secret_class(type(value))


def is_secret_class(cls: type) -> bool:
    """Whether its values are secrets."""
    return issubclass(cls, _SECRETS)


def dump_by_pydantic(value: Any) -> Json:
    """What the class's own serialiser gives, as JSON data, if that can be read back. Of a secret, it is what it hides.

    Raises:
        ValueError: it cannot; the text says why.
    """
    cls: Any = type(value)
    try:
        adapter = _adapter(cls)
        data = json.loads(_json_of(value, adapter))
        back = adapter.validate_json(to_json(data))
        is_same = _is_equal(back, value) and json.loads(_json_of(back, adapter)) == data
    except (PydanticUserError, PydanticSerializationError, ValueError, TypeError) as error:
        raise ValueError(f"pydantic cannot write and read it: {error}") from error
    if not is_same:
        raise ValueError("pydantic does not read back what it writes of it")
    return data


def _json_of(value: Any, adapter: TypeAdapter[Any]) -> bytes:
    if is_secret(value):
        return to_json(value.get_secret_value())
    return adapter.dump_json(value, round_trip=True)


def _is_equal(back: Any, value: Any) -> bool:
    """Of the same class, and equal if that says what equal is: what a serialiser hides is not carried."""
    equals: Any = type(value).__eq__
    return type(back) is type(value) and (equals is object.__eq__ or bool(back == value))


@lru_cache(maxsize=1024)
def _field_adapter(cls: Any, name: str) -> TypeAdapter[Any]:
    info = cls.model_fields[name]
    annotation = info.annotation
    for item in info.metadata:
        annotation = Annotated[annotation, item]
    return TypeAdapter(annotation, config={"arbitrary_types_allowed": True})


def dump_field(value: BaseModel, name: str) -> tuple[Json] | None:
    """What the serialiser of a model's field gives, if that can be read back; else None."""
    cls: Any = type(value)
    item = value.__dict__[name]
    try:
        adapter = _field_adapter(cls, name)
        data = json.loads(adapter.dump_json(item))
        back = adapter.validate_json(to_json(data))
        is_same = _is_equal(back, item) and json.loads(adapter.dump_json(back)) == data
    except (PydanticUserError, PydanticSerializationError, ValueError, TypeError):
        return None
    return (data,) if is_same else None


@dataclass(frozen=True, slots=True)
class WrittenField:
    """What a field's serialiser gave, until its model is made again."""

    data: Json


def load_fields(cls: Any, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a model with those read that a serialiser has written; raises `InvalidInput`."""
    if not any(type(value) is WrittenField for value in fields.values()):
        return fields
    try:
        return {
            name: _field_adapter(cls, name).validate_json(to_json(value.data)) if type(value) is WrittenField else value
            for name, value in fields.items()
        }
    except (KeyError, ValueError, TypeError, PydanticUserError) as error:
        raise InvalidInput(f"a field of {cls.__qualname__} cannot be read: {error}") from error


def load_by_pydantic(ref: str, data: Json) -> Any:
    """The inverse; raises `InvalidInput`."""
    cls = find_type(ref, object)
    if not has_schema(cls):
        raise InvalidInput(f"type {ref}: pydantic does not know how to make one")
    try:
        return _adapter(cls).validate_json(to_json(data))
    except (ValueError, TypeError, PydanticUserError) as error:
        raise InvalidInput(f"type {ref}: {error}") from error
