"""Encoding of what has a class: dataclasses, models, named tuples, known classes, subclasses of Python's types.

Each function is given `part`, which encodes a part of the value under a name for messages. Must not know how plain
values are encoded.
"""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from warren.contracts import foreign_values, instances
from warren.contracts.class_names import is_of_one_process, type_ref
from warren.contracts.known_values import is_known, known_class
from warren.contracts.tags import TAG, Json
from warren.errors import WarrenError

BASES = "__warren_bases__"
"""Attribute of a class that was made again from its description: the references of the user's bases that it had."""
Part = Callable[[Any, str], Json]
_FOREIGN_MODULES = frozenset({"builtins", "pydantic", "typing", "typing_extensions", "abc", "enum", "collections"})


class NotEncodable(Exception):
    """The value has no form: `reason` says why and what to do instead; every container on the way adds its part of the
    path.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path: list[str] = []


def encode_dataclass(value: Any, part: Part) -> Json:
    """A dataclass instance, with what it has besides fields."""
    cls = type(value)
    names = [name for name in instances.dataclass_fields(cls) if hasattr(value, name)]
    fields = {name: part(getattr(value, name), f".{name}") for name in names}
    encoded: dict[str, Json] = {TAG: "dataclass", "t": type_ref(cls), "v": fields}
    others = instances.others_of_dataclass(value)
    if others:
        encoded["x"] = _named(others, part)
    return _with_bases(encoded, cls)


def encode_model(value: BaseModel, part: Part) -> Json:
    """A model's instance, with its extra fields, private attributes and what else it has."""
    cls = type(value)
    own = value.__dict__
    names = [name for name in cls.model_fields if name in own]
    fields = {name: _field(value, name, part) for name in names}
    encoded: dict[str, Json] = {TAG: "model", "t": _ref_of_model(cls), "v": fields}
    extra = value.__pydantic_extra__
    if extra:
        encoded["e"] = _named(extra, part)
    if value.__pydantic_fields_set__ != {*names, *(extra or ())}:
        encoded["s"] = sorted(value.__pydantic_fields_set__)
    if cls.__pydantic_post_init__ is not None or value.__pydantic_private__ is not None:
        encoded["p"] = _private(value, part)
    if len(own) != len(names) and (others := instances.others_of_model(value)):
        encoded["x"] = _named(others, part)
    return _with_bases(encoded, cls)


@lru_cache(maxsize=4096)
def _ref_of_model(cls: type[BaseModel]) -> str:
    """Its reference; that of a generic model may have the address of a function in it, which no other process knows."""
    ref = type_ref(cls)
    if is_of_one_process(ref):
        origin = cls.__pydantic_generic_metadata__["origin"]
        raise NotEncodable(
            f"a {cls.__name__} cannot be sent between processes, as the name has an object in it that has none; write "
            f"a class with a name: `class Named({origin.__name__ if origin else cls.__name__}[...])`"
        )
    return ref


def _field(value: BaseModel, name: str, part: Part) -> Json:
    """A field as what it is, or else as the serialiser writes it that the model has for it."""
    item = value.__dict__[name]
    try:
        return part(item, f".{name}")
    except NotEncodable:
        data = foreign_values.dump_field(value, name)
        if data is None:
            raise
        return {TAG: "field", "t": type_ref(type(item)), "v": part(data[0], f".{name}")}


def _named(values: Mapping[str, Any], part: Part) -> dict[str, Json]:
    return {name: part(item, f".{name}") for name, item in values.items()}


def _private(value: BaseModel, part: Part) -> dict[str, Json]:
    """One that cannot be sent, such as a lock, has its default again; without a default the model cannot be sent."""
    encoded = {}
    for name, item in (value.__pydantic_private__ or {}).items():
        try:
            encoded[name] = part(item, f".{name}")
        except NotEncodable:
            if not instances.has_private_default(type(value), name):
                raise
    return encoded


def _with_bases(encoded: dict[str, Json], cls: type) -> Json:
    bases = _bases(cls)
    if bases:
        encoded["b"] = list(bases)
    return encoded


@lru_cache(maxsize=4096)
def _bases(cls: Any) -> tuple[str, ...]:
    """Those bases of a record that are the user's, by which a process without the class knows what it may stand for."""
    described = vars(cls).get(BASES)
    if described is not None:
        return tuple(described)
    return users_bases(map(type_ref, cls.__mro__[1:-1]))


def users_bases(refs: Iterable[str]) -> tuple[str, ...]:
    """Those of a class's bases that are the user's."""
    return tuple(ref for ref in refs if ref.partition(":")[0].partition(".")[0] not in _FOREIGN_MODULES)


def encode_foreign(value: Any, part: Part) -> Json:
    """What is no record: values of the standard library, subclasses of Python's types, what pydantic can describe.

    Raises:
        NotEncodable: it is none of these.
    """
    cls = type(value)
    ref = type_ref(cls)
    if is_known(ref):
        known = known_class(ref)
        assert known is not None
        return {TAG: "known", "t": ref, "v": part(known.parts(value), "")}
    if isinstance(value, pathlib.PurePath):
        encoded: dict[str, Json] = {TAG: "path", "v": part(str(value), "")}
        if isinstance(value, pathlib.Path):
            encoded["c"] = True
        return encoded
    if foreign_values.is_named_tuple(cls):
        values = [part(item, f".{name}") for name, item in zip(cls._fields, value, strict=True)]
        return {TAG: "named", "t": ref, "f": list(cls._fields), "v": values}
    base = foreign_values.base_of(cls)
    if base is not None:
        return _subclass(value, base, part)
    if foreign_values.has_schema(cls):
        encoded = {TAG: "pydantic", "t": ref, "v": part(_by_pydantic(value), "")}
        return encoded | {"s": True} if foreign_values.is_secret(value) else encoded
    raise NotEncodable(
        f"a {cls.__module__}.{cls.__qualname__} cannot be sent between processes; use plain values, lists, dicts, "
        "sets, tuples, datetimes, Decimal, UUID, enums, dataclasses or pydantic models instead, or give the class a "
        "`__get_pydantic_core_schema__`"
    )


def _subclass(value: Any, base: type, part: Part) -> Json:
    encoded: dict[str, Json] = {
        TAG: "subclass",
        "t": type_ref(type(value)),
        "v": part(foreign_values.as_base(value, base), ""),
    }
    own = getattr(value, "__dict__", None)
    if own:
        encoded["a"] = _named(own, part)
    return encoded


def _by_pydantic(value: Any) -> Json:
    try:
        return foreign_values.dump_by_pydantic(value)
    except WarrenError:
        raise
    except ValueError as error:
        cls = type(value)
        raise NotEncodable(f"a {cls.__module__}.{cls.__qualname__} cannot be sent: {error}") from None
