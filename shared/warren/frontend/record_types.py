"""Typed dictionaries, named tuples, and which classes need their own code to be made of plain JSON.

Must not know where classes are mentioned.
"""

from __future__ import annotations

import dataclasses
import json
import typing
from collections.abc import Callable, Mapping
from typing import Any

import typing_extensions

from warren.contracts.class_names import type_ref
from warren.frontend.annotations import UseClass, spec_of
from warren.frontend.hints import hints_of
from warren.frontend.models import config_of
from warren.ir.expressions import Expr
from warren.ir.workflow import FieldDef, TypeDef

Default = Callable[[Any, Any, object], tuple[Expr | None, str | None, bool]]
"""Describes a field's default or factory, and whether it needs no code."""


def generic_ref(annotation: Any, use_class: UseClass) -> str:
    """The reference of a class with what it is given; its values name the class alone."""
    origin = typing.get_origin(annotation)
    if origin is None:
        return type_ref(annotation)
    given = [spec_of(argument, use_class) for argument in typing.get_args(annotation)]
    return type_ref(origin) + json.dumps(given, separators=(",", ":"))


def describe_record(kind: Any, ref: str, given: Mapping[Any, Any], use_class: UseClass, default_of: Default) -> TypeDef:
    """A typed dictionary or a named tuple."""
    hints = hints_of(kind)
    if not typing_extensions.is_typeddict(kind):
        defaults = getattr(kind, "_field_defaults", {})
        made = []
        for name in kind._fields:
            has_default = name in defaults
            default, factory, _ = default_of(defaults.get(name), None, None) if has_default else (None, None, True)
            spec = spec_of(hints.get(name, Any), use_class, given)
            made.append(FieldDef(name, spec, default, factory, optional=has_default))
        return TypeDef(ref=ref, kind="named_tuple", bases=(), fields=tuple(made))
    required: frozenset[str] = getattr(kind, "__required_keys__", frozenset())
    fields = tuple(
        FieldDef(name, spec_of(hint, use_class, given), optional=_is_optional(hint, name not in required))
        for name, hint in hints.items()
    )
    config = dict(getattr(kind, "__pydantic_config__", {}))
    if getattr(kind, "__closed__", None):
        config.setdefault("extra", "forbid")
    return TypeDef(ref=ref, kind="typed_dict", bases=(), fields=fields, config=config_of(config))


def _is_optional(hint: Any, otherwise: bool) -> bool:
    """Whether a key may be absent; what text said when the class was made, `typing` did not know then."""
    origin = typing.get_origin(hint)
    if origin in {typing.Required, typing_extensions.Required}:
        return False
    return origin in {typing.NotRequired, typing_extensions.NotRequired} or otherwise


def dataclass_code(cls: Any) -> str:
    """Which code of the user's runs when pydantic makes an instance of plain JSON, in words; empty for none."""
    if hasattr(cls, "__post_init__"):
        return "__post_init__"
    decorators = getattr(cls, "__pydantic_decorators__", None)
    for kind in ("field_validators", "model_validators"):
        for name in getattr(decorators, kind, ()):
            return f"the validator {name}"
    owner = next(base for base in cls.__mro__ if "__init__" in vars(base))
    code = getattr(vars(owner)["__init__"], "__code__", None)
    is_written = code is not None and code.co_filename != "<string>" and not _is_of_pydantic(vars(owner)["__init__"])
    if is_written:
        return "__init__"
    entries = cls.__dataclass_fields__.values()
    return "an InitVar" if any(entry._field_type is dataclasses._FIELD_INITVAR for entry in entries) else ""  # type: ignore[attr-defined]  # the only way to see it


def _is_of_pydantic(function: Any) -> bool:
    return "pydantic" in function.__code__.co_filename


def code_of_default(
    name: str, default: Expr | None, factory: str | None, is_pure: bool, types: Mapping[str, TypeDef]
) -> str:
    """Whether the default of a field is made by code that a compiler has not got."""
    if not is_pure or (factory is not None and factory not in {"list", "dict", "set"} and factory not in types):
        return f"the default of {name}"
    return ""
