"""Typed dictionaries and named tuples as types of a workflow.

Must not know where classes are mentioned.
"""

from __future__ import annotations

import json
import typing
from collections.abc import Callable, Mapping
from typing import Any

import typing_extensions

from warren.contracts.class_names import type_ref
from warren.frontend.annotations import UseClass, spec_of
from warren.frontend.hints import hints_of
from warren.frontend.models import config_of
from warren.frontend.users_code import code_of, code_of_default
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
        return _named_tuple(kind, ref, hints, lambda hint: spec_of(hint, use_class, given), default_of)
    required: frozenset[str] = getattr(kind, "__required_keys__", frozenset())
    fields = tuple(
        FieldDef(name, spec_of(hint, use_class, given), optional=_is_optional(hint, name not in required))
        for name, hint in hints.items()
    )
    config = dict(getattr(kind, "__pydantic_config__", {}))
    if getattr(kind, "__closed__", None):
        config.setdefault("extra", "forbid")
    code = code_of(kind, hints)
    return TypeDef(ref=ref, kind="typed_dict", bases=(), fields=fields, config=config_of(config), code=code)


def _named_tuple(
    kind: Any, ref: str, hints: Mapping[str, Any], spec: Callable[[Any], Any], default_of: Default
) -> TypeDef:
    defaults = getattr(kind, "_field_defaults", {})
    fields = []
    code = code_of(kind, hints)
    for name in kind._fields:
        has_default = name in defaults
        default, factory, is_pure = default_of(defaults.get(name), None, None) if has_default else (None, None, True)
        code = code or code_of_default(name, default, factory, is_pure, {})
        fields.append(FieldDef(name, spec(hints.get(name, Any)), default, factory, optional=has_default))
    return TypeDef(ref=ref, kind="named_tuple", bases=(), fields=tuple(fields), code=code)


def _is_optional(hint: Any, otherwise: bool) -> bool:
    """Whether a key may be absent; what text said when the class was made, `typing` did not know then."""
    origin = typing.get_origin(hint)
    if origin in {typing.Required, typing_extensions.Required}:
        return False
    return origin in {typing.NotRequired, typing_extensions.NotRequired} or otherwise
