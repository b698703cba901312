"""What an instance of a dataclass or model consists of, and putting one together again without running its code.

What its own code has set (`__post_init__`, `model_post_init`, private attributes) is part of it and is carried along:
nothing is computed a second time. Must not know where the values came from.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.fields import ModelPrivateAttr
from pydantic_core import PydanticUndefined


@dataclass(frozen=True, slots=True)
class State:
    """What an instance has besides its fields: a model's extra fields (`extra="allow"`) and private attributes, and
    other attributes that its code set.
    """

    extra: dict[str, Any] = dataclasses.field(default_factory=dict)
    private: dict[str, Any] | None = None
    """None where nobody has noted them: in what was written before they were carried."""
    others: dict[str, Any] = dataclasses.field(default_factory=dict)
    bases: Sequence[str] = ()
    """References of the user's bases of its class."""


NO_STATE = State()


def dataclass_fields(cls: Any) -> tuple[str, ...]:
    """The names of a dataclass's fields."""
    return _fields(cls)


@functools.lru_cache(maxsize=4096)
def _fields(cls: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(cls))


@functools.lru_cache(maxsize=4096)
def _slots(cls: Any) -> tuple[str, ...]:
    """Slots of the user's classes that are no fields."""
    found = [vars(base).get("__slots__", ()) for base in cls.__mro__]
    names = [name for slots in found for name in ([slots] if isinstance(slots, str) else slots)]
    fields = {*dataclass_fields(cls), "__dict__", "__weakref__"}
    return tuple(name for name in names if name not in fields)


def others_of_dataclass(value: Any) -> dict[str, Any]:
    """The attributes of a dataclass instance that are no fields, as its `__post_init__` or others have set them."""
    cls: Any = type(value)
    own = getattr(value, "__dict__", {})
    fields = dataclass_fields(cls)
    found = {} if len(own) <= len(fields) and own.keys() <= set(fields) else _others(cls, own, fields)
    for name in _slots(cls):
        if hasattr(value, name):
            found[name] = getattr(value, name)
    return found


def others_of_model(value: BaseModel) -> dict[str, Any]:
    """The attributes in a model's `__dict__` that are no fields."""
    own, fields = value.__dict__, type(value).model_fields
    return {} if own.keys() <= fields.keys() else _others(type(value), own, fields)


def _others(cls: type, own: dict[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """Without what a cached property keeps there: it is computed again."""
    names = set(fields)
    return {
        name: item
        for name, item in own.items()
        if name not in names
        and not name.startswith("__")  # as typing has it for what it was given
        and not isinstance(getattr(cls, name, None), functools.cached_property)
    }


def has_private_default(cls: type[BaseModel], name: str) -> bool:
    """Whether a private attribute has a value when nobody has set it."""
    declared = cls.__private_attributes__.get(name)
    return isinstance(declared, ModelPrivateAttr) and (
        declared.default_factory is not None or declared.default is not PydanticUndefined
    )


def _private_default(declared: ModelPrivateAttr, fields: dict[str, Any]) -> Any:
    factory: Any = declared.default_factory
    if factory is None:
        return declared.get_default()
    return factory(fields) if getattr(declared, "default_factory_takes_validated_data", False) else factory()


def construct_model(
    cls: type[BaseModel], fields: dict[str, Any], fields_set: Sequence[str] | None, state: State = NO_STATE
) -> BaseModel:
    """An instance with these values by field name; a field that is missing has its default, and so has a private
    attribute. What is no field is an extra one.
    """
    made = cls.__new__(cls)
    values: dict[str, Any] = {}
    for name, info in cls.model_fields.items():
        if name in fields:
            values[name] = fields[name]
        elif not info.is_required():
            values[name] = info.get_default(call_default_factory=True, validated_data=values)
    extra = {name: value for name, value in fields.items() if name not in values} | state.extra
    object.__setattr__(
        made, "__pydantic_fields_set__", {*fields, *state.extra} if fields_set is None else set(fields_set)
    )
    object.__setattr__(made, "__pydantic_extra__", extra if cls.model_config.get("extra") == "allow" else None)
    if state.private is None and cls.__pydantic_post_init__ is not None:
        _run_post_init(made, values)
    else:
        object.__setattr__(made, "__pydantic_private__", _private(cls, state.private or {}, values))
    object.__setattr__(made, "__dict__", values | state.others)
    return made


def _run_post_init(made: BaseModel, values: dict[str, Any]) -> None:
    """Let it set private attributes; the fields, which it may change, are as they were sent."""
    object.__setattr__(made, "__dict__", copy.deepcopy(values))
    object.__setattr__(made, "__pydantic_private__", None)
    made.model_post_init(None)


def _private(cls: type[BaseModel], given: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any] | None:
    if not cls.__private_attributes__:
        return None  # as pydantic has it for a class without any
    found = {
        name: given[name] if name in given else _private_default(declared, fields)
        for name, declared in cls.__private_attributes__.items()
    }
    return {name: value for name, value in found.items() if value is not PydanticUndefined}


def construct_dataclass(cls: Any, fields: dict[str, Any], state: State = NO_STATE) -> Any:
    """An instance with these attributes, frozen or not."""
    made = object.__new__(cls)
    for name, value in {**fields, **state.others}.items():
        object.__setattr__(made, name, value)
    return made
