"""Constraints in a type spec, `{"bounded": [T, {"gt": 0}]}`: what pydantic's `Field(gt=0)` and the like say.

Their values are encoded values (`contracts.values`). Must not know the user's classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field, Json, OnErrorOmit, StringConstraints
from pydantic.types import Base64Encoder, Base64UrlEncoder, EncodedBytes, EncodedStr, UuidVersion

from warren.contracts.tags import TAG
from warren.contracts.values import decode

_WORDS: Final = {
    "gt": "greater than",
    "ge": "at least",
    "lt": "less than",
    "le": "at most",
    "multiple_of": "a multiple of",
    "min_length": "of length at least",
    "max_length": "of length at most",
    "pattern": "like",
}
_COMPARED: Final = frozenset({"gt", "ge", "lt", "le", "multiple_of"})
_NUMBERS: Final = frozenset({"min_length", "max_length", "max_digits", "decimal_places", "uuid_version"})
_FLAGS: Final = frozenset(
    {
        *("strict", "allow_inf_nan", "strip_whitespace", "to_lower", "to_upper", "coerce_numbers_to_str", "fail_fast"),
        *("ascii_only", "json", "omit"),
    }
)
_TEXTS: Final = frozenset({"pattern", "discriminator", "union_mode", "encoder"})
_OF_TEXT: Final = frozenset({"strip_whitespace", "to_lower", "to_upper", "ascii_only"})
_SEPARATE: Final = _OF_TEXT | {"uuid_version", "json", "omit", "encoder"}
NAMES: Final = (*_WORDS, *sorted((_NUMBERS | _FLAGS | _TEXTS) - _WORDS.keys()))
"""The names of constraints, as in pydantic and annotated-types; `json`, `omit` and `encoder` for its own markers."""
ENCODERS: Final[dict[str, Any]] = {"Base64Encoder": Base64Encoder, "Base64UrlEncoder": Base64UrlEncoder}


def is_bound(name: Any, bound: Any) -> bool:
    """Whether it is a constraint that a spec may have."""
    if name in _COMPARED:
        is_number = type(bound) in {int, float} or (isinstance(bound, dict) and TAG in bound)
        return is_number and not (name == "multiple_of" and not bound)
    if name in _NUMBERS:
        return type(bound) is int
    if name in _FLAGS:
        return type(bound) is bool
    return name in _TEXTS and isinstance(bound, str) and (name != "encoder" or bound in ENCODERS)


def bounds_text(bounds: Mapping[str, Any]) -> str:
    """Constraints as a person would say them."""
    return " and ".join(f"{_WORDS.get(name, name)} {bound}" for name, bound in bounds.items())


def constrained(annotation: Any, bounds: Mapping[str, Any], types: Any) -> Any:
    """The annotation with these constraints, for pydantic; `types` resolves the values' classes."""
    parts: list[Any] = []
    if bounds.get("json"):
        parts.append(Json)
    texts = {name: bounds[name] for name in bounds if name in _OF_TEXT}
    if texts:
        parts.append(StringConstraints(**texts))
    if "uuid_version" in bounds:
        parts.append(UuidVersion(bounds["uuid_version"]))
    named = {name: decode(bound, types) for name, bound in bounds.items() if name not in _SEPARATE}
    if named:
        parts.append(Field(**named))
    if "encoder" in bounds:
        kind = EncodedBytes if annotation is bytes else EncodedStr
        parts.append(kind(encoder=ENCODERS[bounds["encoder"]]))
    for part in parts:
        annotation = Annotated[annotation, part]
    omitting: Any = OnErrorOmit
    return omitting[annotation] if bounds.get("omit") else annotation
