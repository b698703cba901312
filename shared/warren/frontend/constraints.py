"""The metadata of `Annotated[...]` and of a model's field: what pydantic checks besides the type.

Constraints become data (`ir.typespec`, `bounded`). What runs the user's code, or looks at the machine, cannot; why is
said, so that a worker does it. Must not know types.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from annotated_types import GroupedMetadata
from pydantic import Discriminator, Tag
from pydantic.fields import FieldInfo
from pydantic.types import UuidVersion
from pydantic_core import SchemaError, SchemaValidator, core_schema

from warren.contracts.values import encode
from warren.errors import UnserializableValue
from warren.ir import bounds

_OWN_MODULES = frozenset({"pydantic", "annotated_types", "typing", "typing_extensions"})
_IGNORED = frozenset(
    {
        *("PlainSerializer", "WrapSerializer", "SerializeAsAny", "WithJsonSchema", "Examples", "SkipJsonSchema"),
        *("Doc", "DocInfo", "Unit", "ExcludeIf", "_Deprecated"),
    }
)
_FLAGS = {"Json": "json", "_OnErrorOmit": "omit"}
_CODE = frozenset({"Predicate", "Timezone", "PathType"})


@dataclass(slots=True)
class Constraints:
    """`bounds` by name (`ir.bounds.NAMES`), as JSON data; `code` says what needs a worker, or is empty."""

    bounds: dict[str, Any] = field(default_factory=dict)
    code: str = ""


def constraints_of(metadata: Iterable[Any]) -> Constraints:
    """What the metadata of one type says."""
    found = Constraints()
    for item in metadata:
        _add(item, found)
    return found


def _add(item: Any, found: Constraints) -> None:
    if item is None or isinstance(item, str | Tag):
        return
    if isinstance(item, FieldInfo):
        for part in item.metadata:
            _add(part, found)
        _add_discriminator(item.discriminator, found)
        return
    if isinstance(item, Discriminator):
        _add_discriminator(item.discriminator, found)
        return
    if isinstance(item, GroupedMetadata):
        for part in item:
            _add(part, found)
        return
    cls = item if isinstance(item, type) else type(item)
    if cls.__module__.partition(".")[0] in _OWN_MODULES:
        _add_own(item, cls.__name__, found)
    elif hasattr(item, "__get_pydantic_core_schema__"):
        found.code = found.code or f"{cls.__name__} is code"


def _add_own(item: Any, name: str, found: Constraints) -> None:
    """Metadata of pydantic's or annotated-types' own."""
    if name in _IGNORED:
        return
    if name in _FLAGS:
        found.bounds[_FLAGS[name]] = True
        return
    encoder = getattr(item, "encoder", None)
    if encoder is not None and encoder.__name__ in bounds.ENCODERS:
        found.bounds["encoder"] = encoder.__name__
        return
    if name in _CODE or (hasattr(item, "__get_pydantic_core_schema__") and not isinstance(item, UuidVersion)):
        found.code = found.code or f"{name} is code"  # or has more than bounds, as the constraints of URLs
        return
    for key in bounds.NAMES:
        value = getattr(item, key, None)
        if value is not None:
            _add_bound(key, value, found)


def _add_discriminator(discriminator: Any, found: Constraints) -> None:
    if isinstance(discriminator, str):
        found.bounds["discriminator"] = discriminator
    elif isinstance(discriminator, Discriminator):
        _add_discriminator(discriminator.discriminator, found)
    elif discriminator is not None:
        found.code = "a discriminator is a function"


def _add_bound(name: str, value: Any, found: Constraints) -> None:
    try:
        encoded = encode(value)
    except UnserializableValue:
        found.code = found.code or f"{name}={value!r:.50} cannot be carried"
        return
    if name == "pattern" and not _is_known_pattern(value):
        found.code = found.code or "a regular expression of Python's own"
    elif bounds.is_bound(name, encoded):
        found.bounds[name] = encoded
    else:
        found.code = found.code or f"{name}={value!r:.50} cannot be carried"


def _is_known_pattern(pattern: Any) -> bool:
    """Whether pydantic's own engine, which takes no time that grows without a bound, takes a regular expression."""
    try:
        SchemaValidator(core_schema.str_schema(pattern=pattern))
    except (SchemaError, TypeError):
        return False
    return True
