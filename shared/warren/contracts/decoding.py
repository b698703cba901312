"""Tagged JSON to Python values; the form is described in `contracts.values`. Must not know any class of the user's."""

from __future__ import annotations

import base64
import builtins
import datetime as dt
import decimal
import uuid
import zoneinfo
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from warren.contracts.instances import NO_STATE, State
from warren.contracts.tags import FACTORIES, KEPT_REPR, KEPT_TEXT, REMOTE_TRACEBACK, TAG, Json
from warren.contracts.unchecked import Unchecked
from warren.errors import InvalidInput

_MOST_ALIKE = 300
_STATE = frozenset({"p", "x", "e", "b"})


class TypeResolver(Protocol):
    """Builds what only a class can build; one implementation knows the user's classes, the engine's knows none."""

    set_type: Callable[[list[Any]], Any]
    frozenset_type: Callable[[list[Any]], Any]
    deque_type: Callable[..., Any]
    defaultdict_type: Callable[..., Any]

    def build_enum(self, ref: str, name: str, value: Any) -> Any: ...

    def build_dataclass(self, ref: str, fields: dict[str, Any], state: State) -> Any: ...

    def build_model(self, ref: str, fields: dict[str, Any], fields_set: Sequence[str] | None, state: State) -> Any: ...

    def build_named_tuple(self, ref: str, fields: list[str], values: list[Any]) -> Any: ...

    def build_foreign(self, data: dict[str, Any]) -> Any:
        """A value with one of the tags `known`, `subclass` and `pydantic`."""

    def build_path(self, text: str, is_concrete: bool) -> Any: ...

    def build_exception(
        self, ref: str, mro: Sequence[str], args: tuple[Any, ...], attributes: dict[str, Any]
    ) -> Any: ...


def decode(data: Json, types: TypeResolver) -> Any:
    """Turn tagged JSON back into a Python value; the inverse of `encode`.

    Raises:
        InvalidInput: an object with the key `$` has an unknown tag or ill-formed content, or its class is refused.
    """
    kind = type(data)
    if kind is str or kind is int or data is None or kind is bool or kind is float:
        return data
    if kind is list:
        return [decode(item, types) for item in data]
    if kind is dict:
        tag = data.get(TAG)
        if tag is None and TAG not in data:
            return {key: decode(item, types) for key, item in data.items()}
        decoder = _DECODERS.get(tag) if isinstance(tag, str) else None
        if decoder is None:
            raise InvalidInput(f"unknown value tag {tag!r}; an object with the key '$' must have one of: {_TAGS}")
        try:
            return decoder(data, types)
        except InvalidInput:
            raise
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise InvalidInput(f"ill-formed value with tag {tag!r}: {error!r}") from error
    raise InvalidInput(f"not a JSON value: {kind.__name__}")


def check_hashes(keys: Sequence[Any], types: TypeResolver) -> None:
    """Refuse keys of a dict or items of a set of which many have the same hash: putting them there would take as long
    as comparing each with each. Text has a secret in its hash; numbers, and what consists of them, do not.

    Raises:
        InvalidInput: there are more than 300 of them.
    """
    if len(keys) <= _MOST_ALIKE:
        return
    chosen = {int, tuple, decimal.Decimal, complex, range, uuid.UUID, types.frozenset_type}
    hashes = Counter(hash(key) for key in keys if type(key) in chosen)
    if hashes and hashes.most_common(1)[0][1] > _MOST_ALIKE:
        raise InvalidInput(f"more than {_MOST_ALIKE} keys of a dict, or items of a set, have the same hash")


def _hashable(data: dict[str, Any], types: TypeResolver) -> list[Any]:
    items = _items(data, types)
    check_hashes(items, types)
    return items


def _items(data: dict[str, Any], types: TypeResolver) -> list[Any]:
    return [decode(item, types) for item in data["v"]]


def _decode_dict(data: dict[str, Any], types: TypeResolver) -> Any:
    pairs = [(decode(key, types), decode(value, types)) for key, value in data["v"]]
    check_hashes([key for key, _ in pairs], types)
    return dict(pairs)


def _decode_counter(data: dict[str, Any], types: TypeResolver) -> Any:
    made: Counter[Any] = Counter()
    dict.update(made, _decode_dict(data, types))
    return made


def _decode_default_dict(data: dict[str, Any], types: TypeResolver) -> Any:
    name = data["f"]
    if name is not None and name not in FACTORIES:
        raise InvalidInput(f"a defaultdict cannot make its values by {name!r}")
    own: dict[str, Any] = {"set": types.set_type, "frozenset": types.frozenset_type}
    factory: Any = None if name is None else own.get(name) or getattr(builtins, name)
    return types.defaultdict_type(factory, _decode_dict(data, types))


def _decode_datetime(data: dict[str, Any], types: TypeResolver) -> Any:
    value: dt.datetime = _in_zone(dt.datetime.fromisoformat(data["v"]), data)
    return value.replace(fold=1) if data.get("fold") else value


def _decode_time(data: dict[str, Any], types: TypeResolver) -> Any:
    return _in_zone(dt.time.fromisoformat(data["v"]), data)


def _in_zone(value: Any, data: dict[str, Any]) -> Any:
    if "tz" in data:
        return value.replace(tzinfo=_zone(data["tz"]))
    if "n" in data:
        offset = value.utcoffset() or dt.timedelta()
        return value.replace(tzinfo=dt.timezone(offset, data["n"]))
    return value


def _zone(key: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(key)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInput(f"unknown time zone {key!r} (is the tzdata package installed?)") from error


def _fields(data: dict[str, Any], key: str, types: TypeResolver) -> dict[str, Any]:
    return {str(name): decode(value, types) for name, value in data.get(key, {}).items()}


def _state(data: dict[str, Any], types: TypeResolver) -> State:
    if data.keys().isdisjoint(_STATE):
        return NO_STATE
    private = _fields(data, "p", types) if "p" in data else None
    return State(_fields(data, "e", types), private, _fields(data, "x", types), data.get("b", ()))


def _decode_exception(data: dict[str, Any], types: TypeResolver) -> Any:
    args = tuple(decode(item, types) for item in data.get("args", ()))
    error = types.build_exception(data["t"], data.get("mro") or [data["t"]], args, _fields(data, "a", types))
    if isinstance(data.get("text"), str):
        setattr(error, KEPT_TEXT, data["text"])
    if isinstance(data.get("repr"), str):
        setattr(error, KEPT_REPR, data["repr"])
    if isinstance(data.get("tb"), str):
        setattr(error, REMOTE_TRACEBACK, data["tb"])
    if data.get("cause") is not None:
        error.__cause__ = decode(data["cause"], types)
    return error


_DECODERS: dict[str, Callable[[dict[str, Any], TypeResolver], Any]] = {
    "tuple": lambda data, types: tuple(_items(data, types)),
    "set": lambda data, types: types.set_type(_hashable(data, types)),
    "frozenset": lambda data, types: types.frozenset_type(_hashable(data, types)),
    "dict": _decode_dict,
    "counter": _decode_counter,
    "ordereddict": lambda data, types: OrderedDict(_decode_dict(data, types)),
    "defaultdict": _decode_default_dict,
    "deque": lambda data, types: types.deque_type(_items(data, types), data.get("n")),
    "int": lambda data, types: int(data["v"], 16),
    "float": lambda data, types: float(data["v"]),
    "complex": lambda data, types: complex(*_items(data, types)),
    "range": lambda data, types: range(*_items(data, types)),
    "str": lambda data, types: base64.b64decode(data["v"], validate=True).decode("utf-16-le", "surrogatepass"),
    "bytes": lambda data, types: base64.b64decode(data["v"], validate=True),
    "datetime": _decode_datetime,
    "date": lambda data, types: dt.date.fromisoformat(data["v"]),
    "time": _decode_time,
    "timedelta": lambda data, types: dt.timedelta(*data["v"]),
    "decimal": lambda data, types: decimal.Decimal(data["v"]),
    "uuid": lambda data, types: uuid.UUID(data["v"]),
    "path": lambda data, types: types.build_path(decode(data["v"], types), data.get("c") is True),
    "named": lambda data, types: types.build_named_tuple(data["t"], data["f"], _items(data, types)),
    "known": lambda data, types: types.build_foreign(data),
    "subclass": lambda data, types: types.build_foreign(data),
    "pydantic": lambda data, types: types.build_foreign(data),
    "field": lambda data, types: types.build_foreign(data),
    "unchecked": lambda data, types: Unchecked(data["v"], is_secret=data.get("s") is True),
    "enum": lambda data, types: types.build_enum(data["t"], data["n"], decode(data.get("v"), types)),
    "dataclass": lambda data, types: types.build_dataclass(data["t"], _fields(data, "v", types), _state(data, types)),
    "model": lambda data, types: types.build_model(
        data["t"], _fields(data, "v", types), data.get("s"), _state(data, types)
    ),
    "exception": _decode_exception,
}
_TAGS = ", ".join(sorted(_DECODERS))
