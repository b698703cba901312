"""Coercing a value to a type spec: containers, unions, literals, enums, dataclasses and models.

A `Coercion` collects every problem with its path instead of stopping at the first. Must not know the user's classes: a
type is what its `TypeDef` says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from warren.contracts.plain import to_plain
from warren.contracts.tags import TAG, Json
from warren.ir.bounds import bounds_text, is_within
from warren.ir.expressions import Const
from warren.ir.scalars import BUILTINS_OF, SCALARS, NotThatKind, coerce_scalar, tag_of
from warren.ir.workflow import FieldDef, TypeDef

_MAX_DEPTH = 100
_MISSING = object()
_LISTS = {"tuple", "set", "frozenset"}


class Coercion:
    """One check of one or more values against specs. `problems` has what is wrong, in the order of the values.

    A union tries its members. Such a trial needs no fine words, and a closed one refuses unknown fields: that is how
    the member that fits best is found. `_answers` remembers trials by the identity of spec and value, which both
    outlive it; without it, recursive types would take exponential time.
    """

    def __init__(self, types: Mapping[str, TypeDef]) -> None:
        self.problems: list[str] = []
        self._types = types
        self._depth = 0
        self._is_trial = False
        self._is_closed = False
        self._is_bounded = True
        self._answers: dict[tuple[int, int, bool], tuple[Json] | None] = {}

    def coerce(self, spec: Json, value: Json, path: str) -> Json:
        """Return `value` as `spec` asks for it; add to `problems` what does not fit."""
        if spec == "any" or spec is None:
            return value
        if self._depth > _MAX_DEPTH:
            self.problems.append(f"{path}: nested deeper than {_MAX_DEPTH} levels")
            return value
        self._depth += 1
        try:
            return self._coerce(spec, value, path)
        finally:
            self._depth -= 1

    def _coerce(self, spec: Json, value: Json, path: str) -> Json:
        if isinstance(spec, str):
            return self._scalar(spec, value, path)
        ((kind, inner),) = spec.items()
        match kind:
            case "list" | "set" | "frozenset" | "sequence" | "tuple_of":
                return self._items(kind, inner, value, path)
            case "tuple":
                return self._tuple(spec, inner, value, path)
            case "dict":
                return self._dict(spec, inner, value, path)
            case "union":
                return self._union(spec, inner, value, path)
            case "literal":
                return self._literal(spec, inner, value, path)
            case "type":
                return self._type(inner, value, path)
            case "bounded":
                return self._bounded(inner[0], inner[1], value, path)
        raise AssertionError(f"unknown type spec {spec!r}")

    def _refuse(self, spec: Json, value: Json, path: str, reason: str = "") -> Json:
        more = f" ({reason})" if reason else ""
        self.problems.append(f"{path}: expected {spec_text(spec)}, got {value_text(value)}{more}")
        return value

    def _scalar(self, spec: str, value: Json, path: str) -> Json:
        if spec not in SCALARS:
            raise AssertionError(f"unknown type spec {spec!r}")
        if tag_of(value) == "enum" and spec in self._enum_kinds(value):
            return value
        try:
            return coerce_scalar(spec, value)
        except NotThatKind:
            return self._refuse(spec, value, path)
        except ValueError as error:
            return self._refuse(spec, value, path, str(error))

    def _bounded(self, spec: Json, bounds: Json, value: Json, path: str) -> Json:
        known = len(self.problems)
        coerced = self.coerce(spec, value, path)
        if len(self.problems) == known and self._is_bounded and not is_within(coerced, bounds):
            return self._refuse(spec, value, path, f"must be {bounds_text(bounds)}")
        return coerced

    def _enum_kinds(self, value: Json) -> set[str]:
        """The scalars that an enum member also is: a `class Color(str, Enum)` member is a str."""
        definition = self._types.get(value.get("t"))
        return {BUILTINS_OF[base] for base in (definition.bases if definition else BUILTINS_OF) if base in BUILTINS_OF}

    # --- containers ---------------------------------------------------------------------------------------------------

    def _items(self, kind: str, inner: Json, value: Json, path: str) -> Json:
        tag = tag_of(value)
        if tag == "range" and kind == "sequence":
            return value
        items = value if isinstance(value, list) else value.get("v") if tag in _LISTS else None
        if not isinstance(items, list):
            return self._refuse({kind: inner}, value, path)
        coerced = [self.coerce(inner, item, f"{path}[{index}]") for index, item in enumerate(items)]
        if kind == "list":
            return coerced
        if kind == "sequence":
            return coerced if tag is None else {TAG: tag, "v": coerced}
        if kind == "tuple_of":
            return {TAG: "tuple", "v": coerced}
        return {TAG: kind, "v": _without_duplicates(coerced)}

    def _tuple(self, spec: Json, inner: list[Json], value: Json, path: str) -> Json:
        items = value if isinstance(value, list) else value.get("v") if tag_of(value) == "tuple" else None
        if not isinstance(items, list):
            return self._refuse(spec, value, path)
        if len(items) != len(inner):
            return self._refuse(spec, value, path, f"{len(inner)} items are needed")
        pairs = zip(inner, items, strict=True)
        return {
            TAG: "tuple",
            "v": [self.coerce(part, item, f"{path}[{index}]") for index, (part, item) in enumerate(pairs)],
        }

    def _dict(self, spec: Json, inner: list[Json], value: Json, path: str) -> Json:
        key_spec, value_spec = inner
        if tag_of(value) == "dict" and _are_pairs(value.get("v")):
            pairs = [
                (self.coerce(key_spec, key, f"{path} key {value_text(key)}"), key, part) for key, part in value["v"]
            ]
        elif isinstance(value, dict) and TAG not in value:
            pairs = [(self._key(key_spec, key, f"{path} key {key!r}"), key, part) for key, part in value.items()]
        else:
            return self._refuse(spec, value, path)
        coerced = [(key, self.coerce(value_spec, part, f"{path}[{_key_text(shown)}]")) for key, shown, part in pairs]
        if all(isinstance(key, str) and key.isascii() and key != TAG for key, _ in coerced):
            return dict(coerced)
        return {TAG: "dict", "v": [[key, part] for key, part in coerced]}

    def _key(self, spec: Json, key: str, path: str) -> Json:
        """A key of a JSON object: always text, so a number may be written as text here."""
        if isinstance(spec, dict) and "bounded" in spec:
            spec = spec["bounded"][0]
        if spec in {"int", "float", "bool"}:
            try:
                return self.coerce(spec, json.loads(key), path)
            except ValueError:
                return self._refuse(spec, key, path)
        return self.coerce(spec, key, path)

    # --- choices ------------------------------------------------------------------------------------------------------

    def _union(self, spec: Json, members: list[Json], value: Json, path: str) -> Json:
        """The member that the value already is, or the first that keeps all its fields, or the first that takes it."""
        closed = [one for one in (self._try(member, value, is_closed=True) for member in members) if one is not None]
        exact = [coerced for (coerced,) in closed if _is_same(coerced, value)]
        if closed:
            return exact[0] if exact else closed[0][0]
        for member in () if self._is_closed else members:
            taken = self._try(member, value, is_closed=False)
            if taken is not None:
                return taken[0]
        if isinstance(value, dict | list) and not self._is_trial:
            candidates = [member for member in members if self._shape_fits(member, value)]
            if len(candidates) == 1:  # say what is wrong inside instead of repeating the whole union
                return self.coerce(candidates[0], value, path)
        return self._refuse(spec, value, path)

    def _try(self, spec: Json, value: Json, *, is_closed: bool) -> tuple[Json] | None:
        """The coerced value in a tuple, or None where it does not fit; each question is worked out once."""
        question = (id(spec), id(value), is_closed)
        if question not in self._answers:
            attempt = Coercion(self._types)
            attempt._is_trial, attempt._is_closed = True, is_closed
            attempt._answers, attempt._depth, attempt._is_bounded = self._answers, self._depth, self._is_bounded
            coerced = attempt.coerce(spec, value, "")
            self._answers[question] = None if attempt.problems else (coerced,)
        return self._answers[question]

    def _shape_fits(self, spec: Json, value: Json) -> bool:
        if not isinstance(spec, dict):
            return False
        (kind,) = spec
        if kind == "bounded":
            return self._shape_fits(spec[kind][0], value)
        if isinstance(value, list):
            return kind in {"list", "set", "frozenset", "sequence", "tuple", "tuple_of"}
        return kind in {"type", "dict"}

    def _literal(self, spec: Json, choices: list[Json], value: Json, path: str) -> Json:
        for choice in choices:
            if _is_same(choice, value):
                return choice
        for choice in choices:
            if _is_same(to_plain(choice), value):
                return choice
        return self._refuse(spec, value, path)

    # --- the user's types ---------------------------------------------------------------------------------------------

    def _type(self, ref: str, value: Json, path: str) -> Json:
        definition = self._types.get(ref)
        tag = tag_of(value)
        if tag in {"dataclass", "model", "enum", "exception"}:
            return self._tagged(ref, value, path)
        if definition is None or definition.kind in {"exception", "workflow"}:
            return self._refuse({"type": ref}, value, path)
        if definition.kind == "enum":
            return self._enum(definition, value, path)
        if not isinstance(value, dict) or TAG in value:
            return self._refuse({"type": ref}, value, path)
        return self._fields(definition, value, path)

    def _tagged(self, ref: str, value: Json, path: str) -> Json:
        own = value.get("t")
        definition = self._types.get(own)
        bases = value.get("mro", ()) if definition is None else (own, *definition.bases)
        if own != ref and ref not in bases:
            return self._refuse({"type": ref}, value, path)
        fields = value.get("v")
        if definition is None or definition.kind not in {"dataclass", "model"} or not isinstance(fields, dict):
            return value
        specs = {field.name: field.spec for field in definition.fields}
        bounded, self._is_bounded = self._is_bounded, False  # it is there already, and no assignment was checked
        coerced = {name: self.coerce(specs.get(name, "any"), part, f"{path}.{name}") for name, part in fields.items()}
        self._is_bounded = bounded
        return {**value, "v": coerced}

    def _enum(self, definition: TypeDef, value: Json, path: str) -> Json:
        members = [
            (member.name, member.value.encoded) for member in definition.members if isinstance(member.value, Const)
        ]
        chosen = next(
            (
                member
                for is_chosen in (
                    lambda member: _is_same(member[1], value),
                    lambda member: _is_same(to_plain(member[1]), value),
                    lambda member: member[0] == value,
                )
                for member in members
                if is_chosen(member)
            ),
            None,
        )
        if chosen is None:
            known = ", ".join(value_text(encoded) for _, encoded in members[:20])
            return self._refuse({"type": definition.ref}, value, path, f"one of {known}")
        return {TAG: "enum", "t": definition.ref, "n": chosen[0], "v": chosen[1]}

    def _fields(self, definition: TypeDef, value: dict[str, Json], path: str) -> Json:
        is_model = definition.kind == "model"
        given = dict(value)
        fields: dict[str, Json] = {}
        names_set = []
        for field in definition.fields:
            part = self._take(field, given)
            if part is not _MISSING:
                fields[field.name] = self.coerce(field.spec, part, f"{path}.{field.name}")
                names_set.append(field.name)
                continue
            default = self._default(field)
            if default is not _MISSING:
                fields[field.name] = default
            else:
                hint = (
                    "" if definition.constructible else "; if it has a default, that is made by code and not known here"
                )
                self.problems.append(f"{path}.{field.name}: missing ({spec_text(field.spec)}{hint})")
        if definition.extra == "allow" and is_model:
            fields.update(given)
            names_set.extend(given)
        elif given and (self._is_closed or not is_model or definition.extra == "forbid"):
            self.problems.extend(f"{path}.{name}: unknown field of {definition.ref}" for name in given)
        encoded: Json = {TAG: "model" if is_model else "dataclass", "t": definition.ref, "v": fields}
        if is_model and len(names_set) != len(fields):
            encoded["s"] = sorted(names_set)
        return encoded

    def _take(self, field: FieldDef, given: dict[str, Json]) -> Json:
        if not field.init:
            return _MISSING
        for name in (field.alias, field.name):
            if name is not None and name in given:
                return given.pop(name)
        return _MISSING

    def _default(self, field: FieldDef) -> Json:
        if isinstance(field.default, Const):
            return field.default.encoded
        match field.factory:
            case "list":
                return []
            case "dict":
                return {}
            case "set":
                return {TAG: "set", "v": []}
        made = self._types.get(field.factory) if field.factory is not None else None
        if made is None or made.kind not in {"dataclass", "model"}:
            return _MISSING
        attempt = Coercion(self._types)
        attempt._depth = self._depth + 1
        encoded = attempt.coerce({"type": made.ref}, {}, "default")
        return _MISSING if attempt.problems else encoded


def spec_text(spec: Json) -> str:
    """A spec as a person would write the type."""
    if isinstance(spec, str):
        return {"none": "None", "decimal": "Decimal", "uuid": "UUID", "path": "Path", "any": "any value"}.get(
            spec, spec
        )
    if spec is None:
        return "any value"
    ((kind, inner),) = spec.items()
    match kind:
        case "tuple_of":
            return f"tuple[{spec_text(inner)}, ...]"
        case "tuple" | "dict":
            return f"{kind}[{', '.join(map(spec_text, inner))}]"
        case "union":
            return " | ".join(map(spec_text, inner))
        case "literal":
            return f"one of {', '.join(map(value_text, inner))}"
        case "type":
            return str(inner)
        case "bounded":
            return spec_text(inner[0])
    return f"{kind}[{spec_text(inner)}]"


def value_text(value: Json) -> str:
    """A value in short, for a message."""
    tag = tag_of(value)
    if tag == "enum":
        return f"{value.get('t')}.{value.get('n')}"
    if tag in {"dataclass", "model", "exception"}:
        return f"a {value.get('t')}"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if tag in {*_LISTS, "dict"}:
        return f"a {tag}"
    if isinstance(value, dict) and tag is None:
        return f"an object with {', '.join(map(repr, list(value)[:5])) or 'no fields'}"
    try:
        text = json.dumps(to_plain(value), ensure_ascii=False, default=repr)
    except Exception:  # noqa: BLE001 - it may be tagged as what it is not, in any way; then as it came
        text = json.dumps(value, ensure_ascii=False, default=repr)
    text = text if len(text) <= 60 else f"{text[:57]}..."
    return f"{tag} {text}" if tag is not None else text


def _are_pairs(items: Json) -> bool:
    return isinstance(items, list) and all(isinstance(item, list) and len(item) == 2 for item in items)


def _key_text(key: Json) -> str:
    return repr(key) if isinstance(key, str) else value_text(key)


def _without_duplicates(items: list[Json]) -> list[Json]:
    seen: dict[str, Json] = {}
    for item in items:
        seen.setdefault(json.dumps(item, sort_keys=True), item)
    return list(seen.values())


def _is_same(left: Json, right: Json) -> bool:
    """Equal as JSON: unlike in Python, `1`, `1.0` and `true` are three values."""
    if type(left) is not type(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(map(_is_same, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(_is_same(part, right[name]) for name, part in left.items())
    return bool(left == right)
