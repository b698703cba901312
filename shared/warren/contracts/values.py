"""The tagged-JSON codec: how a Python value crosses a process boundary, or lies in the history, and keeps its type.

Plain JSON is itself: None, bool, int (up to 64 bits), finite float, str, list, and dict with str keys. Everything else
is an object with the key `$`, whose value is the tag:

    {"$": "tuple" | "set" | "frozenset", "v": [...]}          {"$": "dict", "v": [[key, value], ...]}
    {"$": "counter" | "ordereddict", "v": [[key, value], ...]}  {"$": "deque", "v": [...], "n": maxlen or absent}
    {"$": "defaultdict", "v": [[key, value], ...], "f": "list", another built-in class or null}
    {"$": "int", "v": "0x..."}  {"$": "float", "v": "nan"}    {"$": "str", "v": base64 of UTF-16 with surrogates}
    {"$": "bytes", "v": base64}  {"$": "complex", "v": [re, im]}  {"$": "range", "v": [start, stop, step]}
    {"$": "datetime" | "date" | "time", "v": ISO 8601, "tz": IANA zone or absent, "n": the name of
     a fixed offset or absent, "fold": 1 or absent}
    {"$": "timedelta", "v": [days, seconds, microseconds]}    {"$": "decimal" | "uuid", "v": text}
    {"$": "path", "v": text, "c": true for a `Path`, absent for a `PurePath`}
    {"$": "enum", "t": "module:Class", "n": member, "v": value}
    {"$": "dataclass" | "model", "t": "module:Class", "v": {field: value}, "s": [fields set], "e": {extra field: value},
     "p": {private attribute: value}, "x": {other attribute: value}, "b": [the user's bases]; all but `t` and `v` may be
     absent; a generic model is `module:Class[arguments as JSON]`}
    {"$": "named" | "subclass" | "pydantic" | "known", ...}    (`foreign_values`, `known_values`)
    {"$": "unchecked", "v": plain JSON, "s": true or absent}    the input of a start that a worker has to check
     (`unchecked`)
    {"$": "exception", "t": "module:Class", "mro": ["module:Class", ...], "args": [...], "a": {attribute: value},
     "cause": exception or absent, "text" and "repr": str() and repr() of one with its own __str__ and __repr__,
     "tb": traceback text; these may be absent}

So plain JSON from a program in any language is a valid value, unless it has an object with the key `$`.
Must not know: the engine's records (they encode themselves through `__warren_encode__`), the broker, the store.
"""

from warren.contracts.class_names import type_ref
from warren.contracts.decoding import TypeResolver, decode
from warren.contracts.encoding import encode, encode_exception
from warren.contracts.tags import KEPT_REPR, KEPT_TEXT, REMOTE_TRACEBACK, TAG, Json, kept_repr, kept_text

__all__ = [
    "KEPT_REPR",
    "KEPT_TEXT",
    "REMOTE_TRACEBACK",
    "TAG",
    "Json",
    "TypeResolver",
    "decode",
    "encode",
    "encode_exception",
    "kept_repr",
    "kept_text",
    "type_ref",
]
