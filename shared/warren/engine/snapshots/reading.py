"""The second half of `snapshot`: its table of objects made objects again."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from warren.contracts.exceptions import initialise
from warren.contracts.values import decode
from warren.engine.program.executable import Executable
from warren.engine.snapshots import scalars
from warren.engine.values.closures import UNBOUND, Closure
from warren.engine.values.containers import DefaultDict, Deque
from warren.engine.values.futures import FutureState, Strand
from warren.engine.values.iterators import DequeIterator
from warren.engine.values.kept import CLASSES, FIELDS
from warren.engine.values.ordered_set import OrderedFrozenSet, OrderedSet
from warren.engine.values.records import Opaque
from warren.errors import InternalError

Json = Any
_SIMPLE = frozenset({int, float, str, bool, type(None)})
_WHOLE = frozenset({"t", "named", "method", "group"}) | scalars.KINDS
_HASHED: dict[str, Callable[[], Any]] = {
    "d": dict,
    "s": OrderedSet,
    "z": OrderedFrozenSet,
    "counter": Counter,
    "ordered": OrderedDict,
    "default": DefaultDict,
}
"""Containers whose keys are hashed, and what makes an empty one."""
_SETS = frozenset({"s", "z"})


class Reader:
    """Makes the objects again."""

    def __init__(self, executable: Executable, table: list[Json]) -> None:
        self._executable = executable
        self._types = executable.types
        self._table = table
        self._made: dict[int, Any] = {}
        self._fill: deque[tuple[Any, Json]] = deque()
        self._hashed: dict[int, tuple[Any, Json]] = {}
        self._closures: list[tuple[Closure, Json]] = []

    def value(self, data: Json) -> Any:
        """One value; its objects may be empty until `finish`."""
        if not isinstance(data, list):
            return data
        match data[0]:
            case "r":
                return self._object(data[1])
            case "v":
                return decode(data[1], self._types)
            case "g":
                return self._executable.named(data[1])
            case "c":
                return self._executable.functions[data[1]]
            case "u":
                return UNBOUND
            case "f":
                return FutureState(data[1])
            case other:
                raise InternalError(f"unknown value {other!r} in a snapshot")

    def finish(self) -> None:
        """Fill everything that was made."""
        while self._fill:
            made, data = self._fill.popleft()
            self._fill_one(made, data)
        for number in self._inside_out():
            made, data = self._hashed[number]
            if data[0] in _SETS:
                made._items.update(dict.fromkeys(self.value(item) for item in data[1:]))
                continue
            if data[0] == "default":
                made.default_factory = self.value(data[1])
            for key, item in data[2:] if data[0] == "default" else data[1:]:
                made[self.value(key)] = self.value(item)
        for made in self._made.values():
            if isinstance(made, DequeIterator):
                made.begin_again()
        for closure, data in self._closures:
            closure.cells, closure.defaults = self.value(data[2]), self.value(data[3])
            closure.function = self._executable.make_closure(closure.key, closure.cells, closure.defaults).function

    def strands(self) -> list[Strand]:
        """Those among what was made."""
        return [made for made in self._made.values() if type(made) is Strand]

    def _inside_out(self) -> list[int]:
        """Dicts and sets, those first that keys of others consist of: only a whole key can be hashed."""
        order: list[int] = []
        seen: set[int] = set()
        waiting = [(number, False) for number in self._hashed]
        while waiting:
            number, is_done = waiting.pop()
            if is_done:
                order.append(number)
            elif number not in seen:
                seen.add(number)
                if number in self._hashed:
                    waiting.append((number, True))
                parts = _references(self._table[number])
                waiting.extend((part, False) for part in parts if part < len(self._table))
        return order

    def _object(self, number: int) -> Any:
        """The object, made if it is not there yet. What is immutable comes after its parts; cycles pass through what is
        mutable and made empty. No recursion, however deep the parts are.
        """
        waiting = [] if number in self._made else [number]
        while waiting:
            current = waiting[-1]
            if current in self._made:
                waiting.pop()
                continue
            data = self._table[current]
            missing = [part for part in _needed(data) if part not in self._made]
            if missing:
                waiting.extend(missing)
                continue
            waiting.pop()
            made = self._immutable(data) if data[0] in _WHOLE else self._empty(data)
            self._made[current] = made
            if data[0] not in _WHOLE or data[0] == "group":
                self._queue(current, made, data)
        return self._made[number]

    def _immutable(self, data: Json) -> Any:
        if data[0] in scalars.KINDS:
            return scalars.read(data, self._types)
        if data[0] == "group":
            exceptions = [self.value(part) for part in data[7:]]
            return self._types.exception_class(data[1], data[2])(self.value(data[6]), exceptions)
        if data[0] == "named":
            return self._types.build_named_tuple(data[1], data[2], [self.value(part) for part in data[3:]])
        parts = [self.value(part) for part in data[1:]]
        if data[0] == "t":
            return tuple(parts)
        return self._executable.attribute(parts[0], parts[1])

    def _queue(self, number: int, made: Any, data: Json) -> None:
        if data[0] in _HASHED:
            self._hashed[number] = (made, data)
        elif data[0] == "closure":
            self._closures.append((made, data))
        self._fill.append((made, data))

    def _make_parts(self, data: Json) -> None:
        """Make what a dict or set consists of, which is put into it when everything else is whole."""
        first = 2 if data[0] == "default" else 1
        for part in data[1:first]:
            self.value(part)
        for part in data[first:]:
            for inner in [part] if data[0] in _SETS else part:
                self.value(inner)

    def _empty(self, data: Json) -> Any:
        kind = data[0]
        if kind in CLASSES:
            cls = CLASSES[kind]
            return object.__new__(cls)
        if kind in _HASHED:
            return _HASHED[kind]()
        match kind:
            case "l":
                return []
            case "deque":
                return Deque(maxlen=data[1])
            case "closure":
                return Closure(data[1], (), {}, _not_yet)
            case "error":
                simple = all(type(part) in _SIMPLE for part in data[3])
                args = tuple(data[3]) if simple else ()
                return self._types.build_exception(data[1], data[2], args, {})
            case "model" | "dataclass":
                return self._empty_record(data)
            case "instance":
                return self._types.get(data[1])()
            case other:
                raise InternalError(f"unknown object {other!r} in a snapshot")

    def _empty_record(self, data: Json) -> Any:
        if data[0] == "dataclass":
            made = self._types.build_dataclass(data[1], {})
        else:
            made = self._types.build_model(data[1], {}, data[3] if isinstance(data[3], list) else None)
        if isinstance(made, Opaque):
            made.rest = data[3]
        return made

    def _fill_one(self, made: Any, data: Json) -> None:
        kind = data[0]
        if kind in _HASHED:
            self._make_parts(data)
        elif kind == "closure":
            self.value(data[2])
            self.value(data[3])
        elif kind in CLASSES:
            for name, part in zip(FIELDS[type(made)], data[1:], strict=True):
                setattr(made, name, self.value(part))
            for name, shared in self._executable.shared.items():  # what belongs to the program, not to the run
                if hasattr(type(made), name):
                    setattr(made, name, shared)
        elif kind == "l":
            made.extend(self.value(part) for part in data[1:])
        elif kind == "deque":
            made.extend(self.value(part) for part in data[2:])
        elif kind in {"error", "group"}:
            initialise(made, tuple(self.value(part) for part in data[3]))
            for name, item in self._named(data[4]).items():
                object.__setattr__(made, name, item)
            made.__cause__ = self.value(data[5])
        elif isinstance(made, BaseModel):
            fields = self._named(data[2])
            known = {name: item for name, item in fields.items() if name in type(made).model_fields}
            made.__dict__.clear()  # of defaults, so that the order is the fields'
            made.__dict__.update(known)
            if made.__pydantic_extra__ is not None:
                made.__pydantic_extra__.update({name: item for name, item in fields.items() if name not in known})
            for others, private, extra in [data[4:]] if data[4:] else []:
                made.__dict__.update(self._named(others))
                object.__setattr__(made, "__pydantic_private__", None if private is None else self._named(private))
                if made.__pydantic_extra__ is not None:
                    made.__pydantic_extra__.update(self._named(extra))
        else:
            made.__dict__.update(self._named(data[2]))

    def _named(self, fields: dict[str, Json]) -> dict[str, Any]:
        return {name: self.value(item) for name, item in fields.items()}


def _not_yet(*args: Any, **kwargs: Any) -> Any:
    raise InternalError("a closure was called while its run was being restored")


def _needed(data: Json) -> list[int]:
    """Numbers of the objects that must be there before an immutable one can be made."""
    match data[0]:
        case "t":
            parts = data[1:]
        case "named":
            parts = data[3:]
        case "method":
            parts = data[1:2]
        case "group":
            parts = data[6:]
        case _:
            return []
    return [part[1] for part in parts if isinstance(part, list) and part[0] == "r"]


def _references(data: Json) -> list[int]:
    """Numbers of the objects that an object's data mentions."""
    found: list[int] = []
    waiting = [data]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting.extend(part.values())
        elif isinstance(part, list) and part:
            if part[0] == "r" and len(part) == 2 and type(part[1]) is int:  # or a dict's item that looks like it
                found.append(part[1])
            elif not (type(part[0]) is str and (part[0] == "v" or part[0] in scalars.KINDS)):
                waiting.extend(part)
    return found
