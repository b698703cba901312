"""Tagged JSON as people want to read it: what `warren run` prints, what a foreign client gets in `plain` form."""

from __future__ import annotations

import base64
from typing import Final

from warren.contracts.encoding import printable
from warren.contracts.values import TAG, Json

_PRINTABLE_BITS: Final = 14_000
"""Less than the 4,300 digits that `str()` gives at most."""
_RANGE_NUMBERS: Final = 10_000
_RANGE_BOUNDS: Final = 3


def to_plain(data: Json) -> Json:
    """Drop the tags of encoded JSON: tuples and sets become lists, models and dataclasses objects, the rest text.

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
    if tag in {"tuple", "set", "frozenset"} and isinstance(value, list):
        return to_plain(value)
    if tag == "range" and isinstance(value, list):
        return _plain_range(value)
    if tag == "dict" and isinstance(value, list):
        return {key if isinstance(key, str) else str(to_plain(key)): to_plain(item) for key, item in value}
    if tag in {"model", "dataclass", "enum"}:
        return to_plain(value)
    if tag == "str" and isinstance(value, str):
        return printable(base64.b64decode(value).decode("utf-16-le", "surrogatepass"))
    if tag == "int" and isinstance(value, str):
        return _printable_int(int(value, 16))
    if tag == "timedelta" and isinstance(value, list):
        days, seconds, microseconds = value
        return days * 86_400 + seconds + microseconds / 1_000_000
    if tag == "exception":
        return {"type": exception_name(data), "message": exception_message(data)}
    return value


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
