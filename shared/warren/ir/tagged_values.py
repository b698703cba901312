"""Values with tags, made with the stand-ins of a program's types: what somebody has encoded with its class already.

What the program does not describe is kept in the form in which it came. Must not know how stand-ins are made.
"""

from __future__ import annotations

import pathlib
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from pydantic import TypeAdapter

from warren.contracts.class_names import short_name
from warren.contracts.foreign_values import build_subclass
from warren.contracts.instances import State, construct_dataclass, construct_model
from warren.contracts.known_values import load_known
from warren.contracts.tags import TAG, Json
from warren.contracts.values import decode
from warren.errors import InvalidInput
from warren.ir.enums import MIXINS
from warren.ir.kept_values import keep
from warren.ir.known_types import is_known_ref
from warren.ir.workflow import FieldDef, TypeDef

_KEPT: Final = frozenset({"exception", "subclass", "pydantic", "field"})
_DESCRIBED: Final = frozenset({"model", "dataclass", "enum", "named"})


class Classes(Protocol):
    """Where the classes are found."""

    definitions: Mapping[str, TypeDef]

    def stand_in(self, ref: str) -> Any: ...

    def unbounded(self, ref: str, spec: Json) -> Any: ...


class TaggedValues:
    """A `TypeResolver` of stand-ins."""

    set_type: Callable[[list[Any]], Any] = set
    frozenset_type: Callable[[list[Any]], Any] = frozenset
    deque_type: Callable[..., Any] = deque
    defaultdict_type: Callable[..., Any] = defaultdict

    def __init__(self, stand_ins: Classes) -> None:
        self._stand_ins = stand_ins
        self._of_fields: dict[tuple[str, str], TypeAdapter[Any]] = {}

    def python_of(self, data: Json) -> Any:
        """Tagged JSON as a Python value, of stand-ins where it has records."""
        return decode(self._keeping(data), self)

    def _keeping(self, data: Json) -> Json:
        """The same with every value that is kept as it is wrapped up, so that nothing in it is decoded."""
        if isinstance(data, list):
            return [self._keeping(item) for item in data]
        if not isinstance(data, dict):
            return data
        tag = data.get(TAG)
        if (tag in _KEPT and not is_known_ref(data.get("t"))) or (
            tag in _DESCRIBED and data.get("t") not in self._stand_ins.definitions
        ):
            return {TAG: "pydantic", "t": data.get("t"), "v": data}
        return {key: self._keeping(item) for key, item in data.items()}

    def build_enum(self, ref: str, name: str, value: Any) -> Any:
        """A member, or several of a flag."""
        cls = self._stand_ins.stand_in(ref)
        try:
            return cls[name] if name in cls.__members__ else cls(value)
        except (ValueError, TypeError, AttributeError) as error:
            raise InvalidInput(f"{ref} has no member {name!r}") from error

    def build_dataclass(self, ref: str, fields: dict[str, Any], state: State) -> Any:
        """An instance; its fields have their types, but constraints are what nobody has checked since it was made."""
        return construct_dataclass(self._class(ref, "dataclass"), self._checked(ref, fields), state)

    def build_model(self, ref: str, fields: dict[str, Any], fields_set: Sequence[str] | None, state: State) -> Any:
        """The same for a model."""
        made = construct_model(self._class(ref, "model"), self._checked(ref, fields), fields_set, state)
        if state.private is not None:
            object.__setattr__(made, "__pydantic_private__", state.private)
        return made

    def _class(self, ref: str, kind: str) -> Any:
        made = self._stand_ins.stand_in(ref)
        if self._stand_ins.definitions[ref].kind != kind:
            raise InvalidInput(f"{ref} is no {kind}")
        return made

    def _checked(self, ref: str, fields: dict[str, Any]) -> dict[str, Any]:
        definition = self._stand_ins.definitions[ref]
        missing = [one.name for one in definition.fields if one.name not in fields and _is_required(one)]
        if missing:
            raise InvalidInput(f"a {short_name(ref)} has no {missing[0]!r}")
        specs = {field.name: field.spec for field in definition.fields}
        return {
            name: self._field_adapter(ref, name, specs[name]).validate_python(value) if name in specs else value
            for name, value in fields.items()
        }

    def _field_adapter(self, ref: str, name: str, spec: Json) -> TypeAdapter[Any]:
        found = self._of_fields.get((ref, name))
        if found is None:
            annotation = self._stand_ins.unbounded(ref, spec)
            found = self._of_fields[ref, name] = TypeAdapter(annotation)
        return found

    def build_named_tuple(self, ref: str, fields: list[str], values: list[Any]) -> Any:
        """A named tuple with the fields that it has in the program."""
        cls = self._stand_ins.stand_in(ref)
        if list(getattr(cls, "_fields", ())) != fields or len(values) != len(fields):
            raise InvalidInput(f"{ref} has other fields than {fields!r}")
        return tuple.__new__(cls, values)

    def build_foreign(self, data: dict[str, Any]) -> Any:
        """A value of a known class; every other one has been wrapped up."""
        if data[TAG] == "known":
            return load_known(data["t"], decode(data["v"], self))
        if data[TAG] == "subclass":
            return build_subclass(data["t"], decode(data["v"], self), {})
        return self._kept(data["v"])

    def _kept(self, form: dict[str, Any]) -> Any:
        if form[TAG] == "subclass":
            value = decode(form["v"], self)
            return keep(form, type(value), value)
        if form[TAG] == "enum" and type(form.get("v")) in MIXINS.values():
            return keep(form, type(form["v"]), form["v"])  # it may be one of these besides: nobody says
        known = [ref for ref in form.get("b", ()) if ref in self._stand_ins.definitions]
        bases = [self._stand_ins.stand_in(ref) for ref in known if self._stand_ins.definitions[ref].kind == form[TAG]]
        return keep(form, bases[0]) if bases and isinstance(bases[0], type) else keep(form)

    def build_path(self, text: str, is_concrete: bool) -> Any:
        """A path."""
        return pathlib.Path(text) if is_concrete else pathlib.PurePosixPath(text)

    def build_exception(self, ref: str, mro: Sequence[str], args: tuple[Any, ...], attributes: dict[str, Any]) -> Any:
        """Never asked for: exceptions are kept as they are."""
        raise InvalidInput(f"an exception of {ref}")


def _is_required(field: FieldDef) -> bool:
    return field.default is None and field.factory is None and field.init
