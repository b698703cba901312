"""Which pydantic models the engine can construct by itself: those whose construction runs no code of the user's.

Must not know anything but pydantic's classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import AliasChoices, AliasPath, BaseModel, RootModel
from pydantic_core import PydanticUndefined

from warren.frontend.users_code import has_post_init, users_bases
from warren.ir.workflow import FieldDef

MISSING: Final = PydanticUndefined

_HARMLESS_CONFIG = frozenset(
    {
        "title",
        "frozen",
        "extra",
        "json_schema_extra",
        "json_encoders",
        "use_attribute_docstrings",
        "protected_namespaces",
    }
)
_HARMLESS_SCHEMAS = frozenset(
    {
        *("any", "none", "bool", "int", "float", "str", "bytes", "date", "time", "datetime", "timedelta", "decimal"),
        *("uuid", "enum", "literal", "list", "tuple", "set", "frozenset", "dict", "nullable", "union", "model"),
        *("model-fields", "model-field", "dataclass", "dataclass-args", "dataclass-field", "default", "definitions"),
        *("definition-ref", "is-instance"),
    }
)
_CONSTRAINTS = frozenset(
    {
        *("gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "pattern", "max_digits", "decimal_places"),
        *("strict", "strip_whitespace", "to_lower", "to_upper", "fail_fast", "allow_inf_nan", "tz_constraint"),
        *("now_op", "discriminator", "coerce_numbers_to_str", "validate_default"),
    }
)
_NOT_SCHEMAS = frozenset(
    ["metadata", "serialization", "ref", "cls", "default", "members", "expected", "config", "fields"]
)
_DECORATORS = (
    *("validators", "field_validators", "root_validators", "model_validators"),
    *("field_serializers", "model_serializers", "computed_fields"),
)
_CONFIG = frozenset(
    {
        *(
            "str_to_lower",
            "str_to_upper",
            "str_strip_whitespace",
            "str_min_length",
            "str_max_length",
            "strict",
            "extra",
        ),
        *("populate_by_name", "validate_by_name", "validate_by_alias", "use_enum_values", "validate_default"),
        *("coerce_numbers_to_str", "allow_inf_nan", "val_json_bytes", "ser_json_bytes", "val_temporal_unit"),
        "url_preserve_empty_path",
    }
)
"""What of a configuration a compiler has to know to check plain JSON as pydantic does."""
_OWN = ("__init__", "__new__", "__get_pydantic_core_schema__", "__setattr__", "__getattr__", "__getattribute__")


def is_plain(cls: type[BaseModel]) -> bool:
    """Whether the engine can construct it: no validators, constraints, computed fields, `__init__` and the like."""
    if issubclass(cls, RootModel) or not cls.__pydantic_complete__:
        return False
    if any(getattr(cls.__pydantic_decorators__, name, None) for name in _DECORATORS):
        return False
    if set(cls.model_config) - _HARMLESS_CONFIG or not _has_plain_bases(cls):
        return False
    aliases = [field.validation_alias for field in cls.model_fields.values()]
    if any(alias is not None and not isinstance(alias, str) for alias in aliases):
        return False  # several names for one field
    return _is_harmless(cls.__pydantic_core_schema__)


def config_of(config: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What a configuration says about validation, as JSON data; None for nothing."""
    found = {
        name: value
        for name, value in (config or {}).items()
        if name in _CONFIG and type(value) in {bool, int, float, str}
    }
    return found or None


def aliases_of(alias: Any) -> list[list[Any]] | None:
    """The paths by which pydantic finds a field that has more than one name, or one within another; else None."""
    match alias:
        case AliasChoices(choices=choices):
            return [path for choice in choices for path in aliases_of(choice) or [[choice]]]
        case AliasPath(path=path):
            return [list(path)]
    return None


def computed_fields(cls: type[BaseModel]) -> tuple[FieldDef, ...]:
    """The computed fields in order, with how dumps and `repr` show them."""
    return tuple(
        FieldDef(name, serialization_alias=info.alias, repr=info.repr)
        for name, info in cls.model_computed_fields.items()
    )


def has_own_dump(cls: type[BaseModel]) -> bool:
    """Whether `model_dump` runs code of the user's, or of pydantic's that the engine does not have."""
    if cls is BaseModel:
        return False
    if issubclass(cls, RootModel) or any(name.startswith("ser_json") for name in cls.model_config):
        return True
    if not cls.__pydantic_complete__ or "serialize_by_alias" in cls.model_config:
        return True
    written = (vars(base).get(name) for base in cls.__mro__ for name in ("model_dump", "model_dump_json"))
    return any(one is not None and one.__module__ != BaseModel.__module__ for one in written) or _is_written(
        cls.__pydantic_core_schema__
    )


def _is_written(schema: Any) -> bool:
    """Walk a core schema: whether a serializer anywhere in it is a function of the user's."""
    if isinstance(schema, list | tuple):
        return any(_is_written(part) for part in schema)
    if not isinstance(schema, dict):
        return False
    writer = schema.get("serialization")
    function = writer.get("function") if isinstance(writer, dict) else None
    if function is not None and not str(getattr(function, "__module__", "")).startswith("pydantic"):
        return True
    return any(_is_written(part) for name, part in schema.items() if name not in {"metadata", "cls", "default"})


def _has_plain_bases(cls: type) -> bool:
    return not any(has_post_init(base) or any(name in vars(base) for name in _OWN) for base in users_bases(cls))


def _is_harmless(schema: Any) -> bool:
    """Walk a core schema: only plain kinds, and no constraint anywhere."""
    if isinstance(schema, list | tuple):
        return all(_is_harmless(part) for part in schema)
    if not isinstance(schema, dict):
        return True
    kind = schema.get("type")
    if kind is not None and kind not in _HARMLESS_SCHEMAS:
        return False
    if kind == "model" and not _has_plain_bases(schema["cls"]):
        return False
    if kind == "dataclass" and schema.get("post_init"):
        return False
    if any(schema.get(name) is not None and schema[name] is not False for name in _CONSTRAINTS):
        return False
    fields = schema.get("fields")
    if kind != "dataclass" and fields is not None:
        parts = fields.values() if isinstance(fields, dict) else fields
        if not all(_is_harmless(part) for part in parts):
            return False
    return all(_is_harmless(part) for name, part in schema.items() if name not in _NOT_SCHEMAS)
