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
_FORMS = frozenset({"Json", "_OnErrorOmit"})
_FLAGS = {"Json": "json", "_OnErrorOmit": "omit"}


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
    name = (item if isinstance(item, type) else type(item)).__name__
    if name in _FORMS and _is_ours(item):
        found.bounds[_FLAGS[name]] = True
        return
    if name in _IGNORED:
        return
    named = {name: value for name in bounds.NAMES if (value := getattr(item, name, None)) is not None}
    encoder = named.pop("encoder", None)
    if encoder is not None and encoder.__name__ in bounds.ENCODERS:
        found.bounds["encoder"] = encoder.__name__
        return
    if named and _is_ours(item):
        for key, value in named.items():
            _add_bound(key, value, found)
        return
    if isinstance(item, GroupedMetadata):
        for part in item:
            _add(part, found)
        return
    is_code = hasattr(item, "__get_pydantic_core_schema__") or name in {"Predicate", "Timezone", "PathType"}
    if is_code:
        found.code = found.code or f"{name} is code"


def _is_ours(item: Any) -> bool:
    cls = item if isinstance(item, type) else type(item)
    return cls.__module__.partition(".")[0] in _OWN_MODULES


def _add_discriminator(discriminator: Any, found: Constraints) -> None:
    if isinstance(discriminator, str):
        found.bounds["discriminator"] = discriminator
    elif isinstance(discriminator, Discriminator):
        _add_discriminator(discriminator.discriminator, found)
    elif discriminator is not None:
        found.code = "a discriminator is a function"


def _add_bound(name: str, value: Any, found: Constraints) -> None:
    if name == "pattern" and not isinstance(value, str):
        value = getattr(value, "pattern", value)
    try:
        encoded = encode(value)
    except UnserializableValue:
        found.code = found.code or f"{name}={value!r:.50} cannot be carried"
        return
    if bounds.is_bound(name, encoded):
        found.bounds[name] = encoded
    else:
        found.code = found.code or f"{name}={value!r:.50} cannot be carried"
