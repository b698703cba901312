"""Which attributes of which values workflow code may read: a table by type. Nothing that starts with an underscore.

Everything here is pure: it depends on nothing but its arguments and changes nothing but its own list, dict or set.
"""

from __future__ import annotations

import datetime as dt
import decimal
import functools
import pathlib
import uuid
import zoneinfo
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Any

from warren.engine.guarded.conversions import reading
from warren.engine.guarded.guards import Guards
from warren.engine.guarded.methods import Methods, is_class_method
from warren.engine.values.calls import ActionCall, ChildCall, Coroutine
from warren.engine.values.closures import BoundMethod, Closure
from warren.engine.values.containers import DefaultDict, Deque
from warren.engine.values.futures import Future, TaskGroup, Timeout
from warren.engine.values.limits import Stop
from warren.engine.values.ordered_set import OrderedFrozenSet, OrderedSet
from warren.engine.values.records import MEMBERS, SLOTS
from warren.engine.values.views import DictItems, DictKeys, DictValues
from warren.errors import NotSupportedInWorkflow
from warren.ir.intrinsics import ASYNCIO_ATTRIBUTES

IsoWeek: type = type(dt.date.min.isocalendar())
"""The class of what `date.isocalendar()` gives."""


def _public(cls: type, *, without: str = "") -> frozenset[str]:
    left_out = set(without.split())
    return frozenset(name for name in dir(cls) if not name.startswith("_") and name not in left_out)


ALLOWED: dict[type, frozenset[str]] = {
    str: _public(str, without="encode") | {"encode"},
    bytes: _public(bytes),
    int: _public(int),
    bool: _public(bool),
    float: _public(float),
    complex: _public(complex),
    list: _public(list),
    tuple: _public(tuple),
    dict: _public(dict),
    range: _public(range),
    slice: frozenset({"start", "stop", "step", "indices"}),
    OrderedSet: _public(OrderedSet),
    OrderedFrozenSet: _public(OrderedFrozenSet),
    DictKeys: frozenset({"isdisjoint"}),
    DictItems: frozenset({"isdisjoint"}),
    DictValues: frozenset(),
    dt.datetime: _public(dt.datetime, without="now utcnow today fromtimestamp utcfromtimestamp timestamp astimezone")
    | {"timestamp", "astimezone"},
    dt.date: _public(dt.date, without="today fromtimestamp"),
    dt.time: _public(dt.time),
    dt.timedelta: _public(dt.timedelta),
    dt.timezone: _public(dt.timezone),
    zoneinfo.ZoneInfo: frozenset({"key", "utcoffset", "dst", "tzname"}),
    decimal.Decimal: _public(decimal.Decimal),
    uuid.UUID: _public(uuid.UUID),
    IsoWeek: frozenset({"year", "week", "weekday"}) | _public(tuple),
    decimal.DecimalTuple: frozenset({"sign", "digits", "exponent"}),
    pathlib.PurePosixPath: frozenset(
        {"name", "stem", "suffix", "suffixes", "parent", "parts", "as_posix", "with_suffix", "with_name", "is_absolute"}
    ),
    Counter: _public(Counter),
    OrderedDict: _public(OrderedDict),
    DefaultDict: _public(DefaultDict),
    Deque: _public(Deque),
    Closure: frozenset(),
    ActionCall: frozenset(),
    ChildCall: frozenset(),
    Coroutine: frozenset(),
}
_VIEWS: dict[str, Callable[[Any], Any]] = {"keys": DictKeys, "values": DictValues, "items": DictItems}
_WRITING = frozenset({"model_dump", "model_dump_json", "model_copy"})
_OF_ASYNCIO = (Future, Timeout, TaskGroup)
_NAMES: dict[type, str] = {Closure: "function", ActionCall: "coroutine", ChildCall: "coroutine", Coroutine: "coroutine"}
_NAMES[Future] = "_asyncio.Task"
_GROUPS = frozenset({ExceptionGroup, BaseExceptionGroup})
_CLASS_NAMES = frozenset({"__name__", "__qualname__"})
_ERROR_NAMES = frozenset({"__cause__", "__notes__"})


OfFuture = Callable[[Future | TaskGroup | Timeout, str], BoundMethod | None]
"""Finds a method of what is awaited, which works on the run that is being advanced."""


class Attributes:
    """Guarded attribute access."""

    def __init__(self, guards: Guards, of_future: OfFuture) -> None:
        self._guards = self.guards = guards
        self._of_future = of_future
        self._methods = Methods(guards)
        self._free = {cls: self._methods.free(cls, names) - _VIEWS.keys() for cls, names in ALLOWED.items()}

    def get(self, value: Any, name: str) -> Any:
        """`value.name`, which may be kept and called later; AttributeError as CPython words it."""
        cls = value.__class__
        free = self._free.get(cls)
        if free is None:
            return self._other(value, name)
        if name in free:
            return getattr(value, name)
        if name not in ALLOWED[cls]:
            raise no_attribute(value, name)
        if name in _VIEWS and issubclass(cls, dict):
            return functools.partial(_VIEWS[name], value)
        if is_class_method(cls, name) and not issubclass(cls, dict):
            return self._unbound(cls, name)
        return self._methods.get(value, name)

    def called(self, value: Any, name: str, *arguments: Any) -> Any:
        """`value.name` that is called at once, with this first argument or with none."""
        cls = value.__class__
        free = self._free.get(cls)
        if free is None:
            return self._guards.callee(self._other(value, name))
        if name in free or (name in ALLOWED[cls] and self._methods.quick(value, name, arguments)):
            return getattr(value, name)
        return self.get(value, name)

    def _other(self, value: Any, name: str) -> Any:
        reader = getattr(type(value), "__warren_attribute__", None)
        if reader is not None:
            if name in _WRITING:
                self._guards.weigh(value)
            return reader(value, name)
        members = getattr(type(value), MEMBERS, None)
        is_own = isinstance(value, BaseException) and name in value.__dict__ and not name.startswith("_")
        if members is not None and members.has(name) and not is_own:
            return members.properties[name](value) if name in members.properties else members.get(value, name)
        if isinstance(value, BaseException):
            if name in _ERROR_NAMES or not name.startswith("_"):
                found = getattr(value, name)
                if not callable(found) or is_own or name in {"add_note", "with_traceback"}:
                    return found
                if type(value) in _GROUPS:
                    self._guards.weigh(value)
                    return BoundMethod(value, name, lambda *args: found(*map(_plain_function, args)))
        elif isinstance(value, type):
            return self._of_class(value, name)
        elif isinstance(value, Future | TaskGroup | Timeout):
            if (method := self._of_future(value, name)) is not None:
                return method
        elif isinstance(value, bool | int | float | str) and not name.startswith("_"):
            own = getattr(value, "__dict__", {})
            if name in {"name", "value", *own} or name in _public(type(value).__mro__[1]):  # of IntEnum and StrEnum
                return getattr(value, name)
        elif hasattr(type(value), "__members__") and (
            name in {"name", "value"} or (name in value.__dict__ and not name.startswith("_"))
        ):
            return getattr(value, name)
        raise no_attribute(value, name)

    def _of_class(self, cls: Any, name: str) -> Any:
        if name in _CLASS_NAMES:
            return getattr(cls, name)
        members = getattr(cls, "__members__", {})
        if name in members:
            return members[name]
        defined = getattr(cls, MEMBERS, None)
        if defined is not None and (name in defined.constants or name in defined.methods):
            if name in defined.constants:
                return defined.constants[name]
            return BoundMethod(cls, name, defined.methods[name])
        if name in ALLOWED.get(cls, ()):
            return self._unbound(cls, name)
        raise AttributeError(f"type object '{cls.__name__}' has no attribute '{name}'", name=name, obj=cls)

    def _unbound(self, cls: type, name: str) -> Any:
        """A method or constant of a built-in class, taken from the class: `str.upper`, `timezone.utc`."""
        found = getattr(cls, name)
        if not callable(found):
            return found
        owner = "datetime." if cls.__module__ == "datetime" else ""
        own = self._guards.named_calls.get(f"{owner}{cls.__name__}.{name}")
        if own is None and is_class_method(cls, name):
            own = reading(self._guards, found)

        def method(*args: Any, **kwargs: Any) -> Any:
            if own is not None:
                return own(*args, **kwargs)
            if args and isinstance(args[0], cls):
                return self.get(args[0], name)(*args[1:], **kwargs)
            return found(*args, **kwargs)

        return BoundMethod(cls, name, method)

    def writable(self, value: Any, name: str) -> Any:
        """The same value, if workflow code may assign its attributes."""
        slots = getattr(type(value), SLOTS, None)
        known = getattr(type(value), name, None)
        if slots is None or name in slots or isinstance(known, property):
            is_error = isinstance(value, BaseException) and not name.startswith("_")
            if is_error or hasattr(type(value), "__warren_attribute__"):
                return value
        members = {} if known is None else {name: known}
        raise AttributeError(_not_writable(type(value).__name__, name, members), name=name, obj=value)


def no_attribute(value: Any, name: str) -> AttributeError:
    """The error for an attribute that CPython has not got either; ends the run over one that only it has."""
    cls = type(value)
    kind = _NAMES.get(cls, cls.__name__)
    is_known = name in ASYNCIO_ATTRIBUTES if isinstance(value, _OF_ASYNCIO) else _has(cls, name)
    if is_known and not name.startswith("_"):
        raise Stop(
            NotSupportedInWorkflow(f"{kind}.{name} is not supported in a workflow; do without, or use it in an @action")
        )
    return AttributeError(f"'{kind}' object has no attribute '{name}'", name=name, obj=value)


def _has(cls: type, name: str) -> bool:
    """Whether instances of one of Python's own classes have the attribute."""
    return not cls.__module__.startswith("warren.") and any(name in vars(base) for base in cls.__mro__)


def _plain_function(value: Any) -> Any:
    """A function of the workflow as one that CPython 3.11 takes for a function."""
    return (lambda *args: value(*args)) if isinstance(value, Closure) else value


def _not_writable(kind: str, name: str, members: dict[str, Any]) -> str:
    """What this version of CPython says when an instance without a `__dict__` is given an attribute (`members` are
    those that its class has)."""
    try:
        setattr(type(kind, (), {"__slots__": (), **members})(), name, None)
    except AttributeError as error:
        return str(error)
    return f"'{kind}' object has no attribute '{name}'"
