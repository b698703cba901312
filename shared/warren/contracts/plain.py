"""Tagged JSON as people want to read it: what `warren run` prints. A secret is masked, as pydantic masks it."""

from __future__ import annotations

import base64
import datetime as dt
import zoneinfo
from typing import Final

from warren.contracts.encoding import printable
from warren.contracts.known_values import known_class, load_known
from warren.contracts.values import TAG, Json
from warren.errors import InvalidInput

_PRINTABLE_BITS: Final = 14_000
"""Less than the 4,300 digits that `str()` gives at most."""
_RANGE_NUMBERS: Final = 10_000
_RANGE_BOUNDS: Final = 3
_CONTAINERS: Final = frozenset({"tuple", "set", "frozenset", "deque"})
_MAPPINGS: Final = frozenset({"dict", "counter", "ordereddict", "defaultdict"})
_INNER: Final = frozenset({"enum", "subclass", "pydantic", "path", "unchecked"})
MASK: Final = "**********"


def to_plain(data: Json) -> Json:
    """Drop the tags of encoded JSON: tuples and sets become lists, models and named tuples objects, the rest text.

    The result is for reading; it cannot be decoded back.
    """
    if isinstance(data, list):
        return [to_plain(item) for item in data]
    if not isinstance(data, dict):
        return data
    tag = data.get(TAG)
    value = data.get("v")
    if tag is None:
        return {key: to_plain(item) for key, item in data.items()}
    if tag in _CONTAINERS and isinstance(value, list):
        return to_plain(value)
    if tag in _MAPPINGS and isinstance(value, list):
        return {key if isinstance(key, str) else str(to_plain(key)): to_plain(item) for key, item in value}
    if tag in {"model", "dataclass"} and isinstance(value, dict):
        return to_plain(value | data.get("e", {}))  # with the extra fields, as a model writes itself
    if tag in _INNER:
        return MASK if _is_secret(data) else to_plain(value)
    if tag == "exception":
        return {"type": exception_name(data), "message": exception_message(data)}
    return _plain_scalar(tag, value, data)


def _plain_scalar(tag: str, value: Json, data: dict[str, Json]) -> Json:
    match tag, value:
        case "named", list():
            return dict(zip(data.get("f", ()), map(to_plain, value), strict=False))
        case "known", _:
            return MASK if _is_secret(data) else _plain_known(str(data.get("t")), value)
        case "range", list():
            return _plain_range(value)
        case "str", str():
            return printable(base64.b64decode(value).decode("utf-16-le", "surrogatepass"))
        case "int", str():
            return _printable_int(int(value, 16))
        case "complex", [real, imaginary]:
            return str(complex(float(to_plain(real)), float(to_plain(imaginary))))
        case "timedelta", [days, seconds, microseconds]:
            return days * 86_400 + seconds + microseconds / 1_000_000
        case "datetime", str() if "tz" in data:
            return _in_zone(value, str(data["tz"]), fold=1 if data.get("fold") else 0)
    return value


def _plain_known(ref: str, parts: Json) -> Json:
    """As its class writes it: an address, a URL or a fraction as text, a pattern as its own text."""
    known = known_class(ref)
    parts = to_plain(parts)
    if known is None or isinstance(parts, str):
        return parts
    if ref == "re:Pattern":
        return parts[0]
    try:
        return str(load_known(ref, parts))
    except InvalidInput:  # made by somebody else
        return parts


def _is_secret(data: Json) -> bool:
    known = known_class(str(data.get("t")))
    return data.get("s") is True if known is None else known.is_secret


def mask_secrets(data: Json) -> Json:
    """The same tagged JSON with the values of secrets masked: for what shows tags to people."""
    if isinstance(data, list):
        return [mask_secrets(item) for item in data]
    if not isinstance(data, dict):
        return data
    if data.get(TAG) in {"known", "pydantic", "unchecked"} and _is_secret(data):
        return {**data, "v": MASK}
    return {key: mask_secrets(item) for key, item in data.items()}


def _in_zone(text: str, zone: str, *, fold: int) -> str:
    """A moment with its offset, without which it could be any."""
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo(zone), fold=fold).isoformat()
    except (ValueError, zoneinfo.ZoneInfoNotFoundError):
        return f"{text} {zone}"


def exception_name(data: Json) -> str:
    """Class name of an encoded exception, as Python would print it: bare for built-ins, else module-qualified."""
    module, _, qualname = str(data.get("t", "builtins:Exception")).partition(":")
    return qualname if module == "builtins" else f"{module}.{qualname}"


def exception_message(data: Json) -> str:
    """What `str(error)` of an encoded exception gives for an ordinary class; a group also says what is in it."""
    if "text" in data:
        return str(data["text"])
    args = [to_plain(arg) for arg in data.get("args", ())]
    if not args:
        return ""
    names = [ref.partition(":")[2] for ref in data.get("mro", ())]
    if "BaseExceptionGroup" in names and len(args) == 2 and isinstance(args[1], list):
        inner = [f"{each['type']}: {each['message']}" for each in args[1] if isinstance(each, dict)]
        return f"{args[0]} ({len(inner)} sub-exception{'' if len(inner) == 1 else 's'}): {'; '.join(inner)}"
    if len(args) > 1:
        return str(tuple(args))
    return repr(args[0]) if "KeyError" in names else str(args[0])


def _plain_range(bounds: list[Json]) -> Json:
    """Its numbers, or its text where they are many: a short value must not become a long one."""
    try:
        numbers = range(*bounds)
        return list(numbers) if len(numbers) <= _RANGE_NUMBERS else repr(numbers)
    except (TypeError, ValueError, OverflowError):  # no bounds of a range; or more numbers than `len` can count
        return f"range({', '.join(map(str, bounds))})" if len(bounds) <= _RANGE_BOUNDS else "range(...)"


def _printable_int(number: int) -> int | str:
    """An integer of thousands of digits is refused by `str()`; in hexadecimal it may have any length."""
    return number if number.bit_length() <= _PRINTABLE_BITS else hex(number)
