"""Which code of the user's runs when pydantic makes a value of plain JSON: what only a worker can check.

One rule for classes of every kind. What a program cannot describe (a field's other names, options that have no place in
a description) counts as code, too. Must not know types.
"""

from __future__ import annotations

import dataclasses
import enum
import typing
from collections.abc import Iterable, Mapping
from typing import Any, Final

import typing_extensions
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from warren.contracts.foreign_values import is_named_tuple
from warren.ir.expressions import Expr
from warren.ir.spec_parts import parts_of
from warren.ir.workflow import FACTORIES, TypeDef

OWN_SCHEMA: Final = "__get_pydantic_core_schema__"
_FOREIGN: Final = frozenset(
    {"builtins", "pydantic", "pydantic_core", "enum", "typing", "typing_extensions", "abc", "collections"}
)
_VALIDATORS: Final = ("validators", "field_validators", "root_validators", "model_validators")
_OF_MODELS: Final = ("__init__", "__new__", "model_validate")
_OF_FIELDS: Final = {
    **dict.fromkeys(("alias", "validation_alias"), "an alias of {}"),
    **dict.fromkeys(("default", "default_factory", "validate_default"), "the default of {}"),
    **dict.fromkeys(("init", "init_var", "kw_only"), "the options of {}"),
}
"""What `Field(...)` may say in an annotation besides constraints, for which descriptions have no place."""


def code_of(cls: Any, hints: Mapping[str, Any]) -> str:
    """Which code runs, in words; empty for none. `hints` are the annotations of a class that is no model."""
    if cls is BaseModel:
        return ""
    return _written(cls, OWN_SCHEMA) or _of_kind(cls) or _of_config(cls) or _of_annotations(cls, hints)


def users_bases(cls: Any) -> list[type]:
    """The class and those of its bases that are not Python's own or pydantic's."""
    bases = getattr(cls, "__mro__", ())  # which `TypedDict` with type variables has not got
    return [base for base in bases if not is_foreign(base)]


def is_foreign(made: Any) -> bool:
    """Whether a class or function is Python's own or pydantic's."""
    return (made.__module__ or "").partition(".")[0] in _FOREIGN


def is_defined(cls: type, name: str) -> bool:
    """Whether the class statement itself defines the name; `enum`, for one, adds some of its own."""
    value = vars(cls).get(name)
    return getattr(getattr(value, "__func__", value), "__module__", None) == cls.__module__


def has_post_init(cls: type) -> bool:
    """Whether the class itself, a model, has a `model_post_init` that is not pydantic's."""
    own = vars(cls).get("model_post_init")
    return own is not None and not str(getattr(own, "__module__", "")).startswith("pydantic")


def code_of_default(
    name: str, default: Expr | None, factory: str | None, is_pure: bool, types: Mapping[str, TypeDef]
) -> str:
    """Whether the default of a field is made by code that a compiler has not got."""
    if not is_pure or (factory is not None and factory not in FACTORIES and factory not in types):
        return f"the default of {name}"
    return ""


def code_of_generator(config: Mapping[str, Any], specs: Iterable[Any], types: Mapping[str, TypeDef]) -> str:
    """Whether a model gives its alias generator to classes within it, which have no configuration of their own."""
    if "alias_generator" not in config:
        return ""
    refs = (inner for spec in specs for kind, inner in parts_of(spec) if kind == "type")
    found = next((ref for ref in refs if ref in types and _has_config_of_model(types[ref])), None)
    return "" if found is None else f"an alias_generator around {found}"


def _has_config_of_model(definition: TypeDef) -> bool:
    return definition.kind in {"dataclass", "typed_dict", "named_tuple"} and definition.config is None


def _written(cls: Any, *names: str) -> str:
    return next((name for base in users_bases(cls) for name in names if name in vars(base)), "")


def _of_kind(cls: Any) -> str:
    if isinstance(cls, enum.EnumMeta):
        return "its _missing_ is code" if any(is_defined(base, "_missing_") for base in users_bases(cls)) else ""
    if not isinstance(cls, type):
        return ""
    if dataclasses.is_dataclass(cls):
        return _of_dataclass(cls)
    if issubclass(cls, BaseModel):
        return _of_model(cls)
    return _maker(cls, "__new__") if is_named_tuple(cls) else ""


def _of_model(cls: type[BaseModel]) -> str:
    found = _validator(cls) or ("model_post_init" if any(map(has_post_init, users_bases(cls))) else "")
    if found or (found := _written(cls, *_OF_MODELS)):
        return found
    if any(info.default_factory is not None for info in cls.__private_attributes__.values()):
        return "the default_factory of a private attribute"
    has_typed_extra = any("__pydantic_extra__" in vars(base).get("__annotations__", {}) for base in users_bases(cls))
    return "extra fields with a type" if has_typed_extra else ""


def _of_dataclass(cls: Any) -> str:
    found = "__post_init__" if hasattr(cls, "__post_init__") else _validator(cls)
    if found or (found := _maker(cls, "__init__") or _written(cls, "__new__")):
        return found
    entries = cls.__dataclass_fields__.values()
    return "an InitVar" if any(entry._field_type is dataclasses._FIELD_INITVAR for entry in entries) else ""  # type: ignore[attr-defined]  # the only way to see it


def _validator(cls: Any) -> str:
    decorators = getattr(cls, "__pydantic_decorators__", None)
    return next((f"the validator {name}" for kind in _VALIDATORS for name in getattr(decorators, kind, ())), "")


def _maker(cls: type, name: str) -> str:
    """The name of a method that makes instances, if somebody wrote it."""
    owner = next(base for base in cls.__mro__ if name in vars(base))
    function = getattr(vars(owner)[name], "__func__", vars(owner)[name])
    code = getattr(function, "__code__", None)
    is_written = code is not None and not code.co_filename.startswith("<") and "pydantic" not in code.co_filename
    return name if is_written else ""


def _of_config(cls: Any) -> str:
    is_model = isinstance(cls, type) and issubclass(cls, BaseModel)
    config = cls.model_config if is_model else getattr(cls, "__pydantic_config__", None) or {}
    if config.get("regex_engine") == "python-re":
        return "regular expressions of Python's own"
    return "an alias_generator" if "alias_generator" in config and not is_model else ""


def _of_annotations(cls: Any, hints: Mapping[str, Any]) -> str:
    """What the fields say that is neither a type nor a constraint; pydantic's own models have it in their fields."""
    for name, hint in hints.items():
        for note in _notes(hint):
            said = getattr(note, "_attributes_set", {}) if isinstance(note, FieldInfo) else {}
            if found := next((text for option, text in _OF_FIELDS.items() if option in said), None):
                return found.format(name)
    for name, info in vars(cls).get("__pydantic_fields__", {}).items():
        if dataclasses.is_dataclass(cls) and (info.alias is not None or info.validation_alias is not None):
            return _OF_FIELDS["alias"].format(name)
    extra = getattr(cls, "__extra_items__", None)
    is_typed = extra is not None and extra is not typing_extensions.NoExtraItems and extra is not typing.Never
    return "extra items with a type" if is_typed else ""


def _notes(hint: Any) -> Iterable[Any]:
    """The notes of an annotation itself, not of its parts."""
    qualifiers = {typing.Final, typing.Required, typing.NotRequired, typing_extensions.ReadOnly}
    while (origin := typing.get_origin(hint)) in qualifiers or hasattr(hint, "__metadata__"):
        yield from getattr(hint, "__metadata__", ())
        hint = hint.__origin__ if origin not in qualifiers else typing.get_args(hint)[0]
