"""Rules for the descriptions of the user's classes in a program. Must not know how classes are made of them."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from typing import Any

from warren.errors import MessageError
from warren.ir.bounds import is_bound
from warren.ir.expressions import Const
from warren.ir.workflow import FACTORIES, TypeDef

_KINDS = frozenset({"exception", "dataclass", "model", "enum", "workflow", "typed_dict", "named_tuple"})
_EXTRA = frozenset({"ignore", "allow", "forbid"})
_REF = re.compile(r"[\w.]+:[\w.<>]+(\[[^\x00-\x1f]+\])?")
"""Module, qualified name, and what a generic model was given."""
_SPECIAL = re.compile(r"__([a-z]+|post_init)__", re.ASCII)
_NOT_SPECIAL = frozenset(
    f"__{name}__"
    for name in (
        *("new", "init_subclass", "class_getitem", "set_name", "getattr", "getattribute", "setattr", "delattr"),
        *("dir", "del", "reduce", "getstate", "setstate", "class", "dict", "slots", "get", "set", "delete", "prepare"),
        *("subclasshook", "instancecheck", "subclasscheck", "mro_entries", "module", "doc", "name", "qualname"),
    )
)
"""Special methods that would change what an instance is, or run when nobody looks."""


def check_types(types: Mapping[str, TypeDef], functions: Mapping[str, Any]) -> None:
    """Check all classes of a program; raises `MessageError` like `checking.check`."""
    for ref, definition in types.items():
        problem = _problem(ref, definition, types, functions)
        if problem is not None:
            raise MessageError(f"ill-formed program (class {ref[:200]!r}): {problem}")


def is_public(name: str) -> bool:
    """Whether it may name an attribute that workflow code reaches: not one of those that Python gives meaning."""
    is_special = name.startswith("__") or (name.startswith("_") and name.endswith("_"))
    return name.isidentifier() and not keyword.iskeyword(name) and not is_special


def is_spec(spec: Any) -> bool:
    """Whether it is a type spec (`ir.typespec`), as far as its form goes."""
    if isinstance(spec, str):
        return True
    if not isinstance(spec, dict) or len(spec) != 1:
        return False
    ((kind, inner),) = spec.items()
    match kind:
        case "list" | "set" | "frozenset" | "sequence" | "tuple_of" | "deque" | "counter":
            return is_spec(inner)
        case "dict" | "ordereddict" | "defaultdict":
            return isinstance(inner, list) and all(map(is_spec, inner)) and len(inner) == 2
        case "tuple" | "union":
            return isinstance(inner, list) and all(map(is_spec, inner))
        case "code":
            return _is_code(inner)
        case "known":
            name, *parts = inner if isinstance(inner, list) and inner else [inner]
            return isinstance(name, str) and all(map(is_spec, parts))
        case "literal":
            return isinstance(inner, list)
        case "bounded":
            return isinstance(inner, list) and len(inner) == 2 and is_spec(inner[0]) and _are_bounds(inner[1])
        case _:
            return kind in {"type", "instance"} and isinstance(inner, str)


def _is_code(inner: Any) -> bool:
    if not isinstance(inner, list) or len(inner) not in {2, 3}:
        return False
    return is_spec(inner[0]) and isinstance(inner[1], str) and inner[2:] in ([], ["secret"])


def _are_bounds(bounds: Any) -> bool:
    return isinstance(bounds, dict) and all(is_bound(name, bound) for name, bound in bounds.items())


def _problem(ref: str, one: TypeDef, types: Mapping[str, TypeDef], functions: Mapping[str, Any]) -> str | None:
    fields = [field.name for field in (*one.fields, *one.computed)]
    is_free = one.kind == "typed_dict"  # whose keys may be any text
    plain = [
        *(() if is_free else fields),
        *one.constants,
        *one.properties,
        *one.match_args,
        *one.class_vars,
        *(member.name for member in one.members),
    ]
    plain += [name for member in one.members for name in member.attributes]
    methods = {*one.methods.values(), *one.properties.values()}
    values = [value for field in one.fields if (value := field.default) is not None]
    values += [*one.constants.values(), *(member.value for member in one.members)]
    values += [value for member in one.members for value in member.attributes.values()]
    factories = [field.factory for field in one.fields if field.factory is not None]
    if one.ref != ref or not _REF.fullmatch(ref) or ref.startswith("builtins:"):
        return "its reference is none"
    if one.kind not in _KINDS or one.extra not in _EXTRA:
        return f"an unknown kind {one.kind!r} or way with extra fields {one.extra!r}"
    if any(not _REF.fullmatch(base) for base in one.bases):
        return "a base is no reference"
    if len(set(fields)) != len(fields) or not all(map(is_public, plain)):
        return "a field, constant, property or member has no public name"
    if one.kind == "model" and any(name.startswith("_") for name in fields):
        return "pydantic has no fields with an underscore"
    if not all(is_spec(field.spec) for field in one.fields):
        return "a field's type is none"
    if any(not _is_method(name) for name in one.methods):
        return "a method has a name that methods may not have"
    if any(key not in functions or functions[key].free for key in methods):
        return "a method or property is not one of the program's functions"
    if any(not isinstance(value, Const) for value in values):
        return "a default or constant is no constant"
    known = {*types, *(key for key, function in functions.items() if not function.free)}
    if any(factory not in FACTORIES and factory not in known for factory in factories):
        return "a default_factory is not known"
    return None


def _is_method(name: str) -> bool:
    return is_public(name) or (_SPECIAL.fullmatch(name) is not None and name not in _NOT_SPECIAL)
