"""A run's state as JSON data and back: every object once, with its identity, so that aliases and cycles survive.

The snapshot is a table of objects. A value is a plain scalar, or a list that starts with a letter:

    ["r", n] object n    ["v", tagged JSON] a number or text    ["g", name] a function or class of the program
    ["c", key] the code of an async function    ["u"] unbound    ["f", n] a future's state

An object is `[kind, parts...]`. Restoring makes all objects empty first, fills them, and fills dicts and sets last,
when their keys can be hashed.
"""

from __future__ import annotations

import decimal
import functools
import types
from collections import Counter, OrderedDict, deque
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from pydantic import BaseModel

from warren.contracts.exceptions import kept_attributes
from warren.contracts.instances import others_of_model
from warren.contracts.messages import RunStatus
from warren.contracts.values import encode, type_ref
from warren.engine.commands import ContinueAsNew
from warren.engine.guarded.attributes import IsoWeek
from warren.engine.program.executable import Executable
from warren.engine.run.leases import Leases
from warren.engine.run.state import RunState
from warren.engine.snapshots import scalars
from warren.engine.snapshots.reading import Reader
from warren.engine.values.closures import UNBOUND, BoundMethod, Closure
from warren.engine.values.code import AsyncCode
from warren.engine.values.containers import DefaultDict, Deque
from warren.engine.values.foreign import NamedTuple
from warren.engine.values.futures import FutureState, Strand
from warren.engine.values.kept import FIELDS, KINDS
from warren.engine.values.limits import Stop
from warren.engine.values.ordered_set import OrderedFrozenSet, OrderedSet
from warren.engine.values.records import Instance, Opaque, Record
from warren.engine.values.sizes import SHARED_TEXT
from warren.engine.values.views import VIEWS
from warren.errors import SnapshotUnreadable, UnserializableValue

Json = Any
FORMAT = 6
"""Of what `take_snapshot` writes. It changes whenever a golden snapshot does, or has new kinds of objects."""
READABLE = frozenset({3, 4, 5, FORMAT})
"""Of what `restore` takes: format 5 has no updates, pauses, attributes, details of attempts, terms of children or
requests to other runs, nor since when strands wait; format 4 besides has no callbacks, format 3 no named tuples, and
nothing of a model but its fields."""

_MAPPINGS: dict[type, str] = {dict: "d", Counter: "counter", OrderedDict: "ordered", DefaultDict: "default"}
_SCALARS = (type(None), bool, float, str)
_RUN_FIELDS = ("seq", "numbers", "strands", "continues", "continuing", "draws", "cancelling", "cost", "unmeasured")


def take_snapshot(executable: Executable, run: RunState) -> Json:
    """The state as JSON data.

    Raises:
        UnserializableValue: a variable holds something that cannot be kept (a bound method of an unusual kind).
    """
    writer = _Writer(executable)
    roots: dict[str, Any] = {
        "main": run.main,
        "ready": list(run.ready),
        "pending": dict(run.pending),
        "children": dict(run.children),
        "timers": dict(run.timers),
    }
    if run.terms or run.asked:
        roots |= {"terms": dict(run.terms), "asked": dict(run.asked)}
    if run.instance is not None:
        roots |= {"instance": run.instance, "watchers": list(run.watchers)}
    if run.instance is not None or run.requests:
        roots["requests"] = list(run.requests)
    if run.updates or run.answered:
        roots |= {"updates": dict(run.updates), "answered": dict(run.answered)}
    written = {name: writer.value(root) for name, root in roots.items()}
    writer.finish()
    return {
        "format": FORMAT,
        "version": executable.version,
        "run_id": str(run.run_id),
        "input": run.input,
        "status": run.status.value,
        "result": run.result,
        "error": run.error,
        **{name: getattr(run, name) for name in _RUN_FIELDS},
        **({"attributes": run.attributes} if run.attributes else {}),
        **({} if run.paused_at is None else {"paused_at": run.paused_at.isoformat()}),
        **_history_of(run),
        "leases": run.leases.dump(),
        "roots": written,
        "objects": writer.table,
        "since": writer.since(),
    }


def _history_of(run: RunState) -> dict[str, Json]:
    """What a run knows of its history, and of those before and after it."""
    known: dict[str, Json] = {}
    if run.previous is not None:
        known["previous"] = str(run.previous)
    if run.successor is not None:
        known["successor"] = {"run_id": str(run.successor.run_id), "input": run.successor.input}
    if run.history_size:
        known["history_size"] = run.history_size
    return known


def _restore_history(run: RunState, snapshot: Json) -> None:
    previous, successor = snapshot.get("previous"), snapshot.get("successor")
    run.previous = None if previous is None else UUID(previous)
    run.successor = None if successor is None else ContinueAsNew(UUID(successor["run_id"]), successor["input"])
    run.history_size = snapshot.get("history_size", 0)


def restore(executable: Executable, snapshot: Json) -> RunState:
    """The state that `take_snapshot` wrote.

    Raises:
        SnapshotUnreadable: it is of another format or another program, or none at all; the history has it all.
    """
    found = (snapshot.get("format"), snapshot.get("version")) if isinstance(snapshot, dict) else (None, None)
    if found[0] not in READABLE or found[1] != executable.version:
        raise SnapshotUnreadable(
            f"the snapshot has format {found[0]!r} of program {found[1]!r}; "
            f"this version of Warren reads format {FORMAT} of program {executable.version!r}"
        )
    try:
        return _restored(executable, snapshot)
    except (Exception, Stop) as error:  # whatever it is, the history has what the snapshot should have
        raise SnapshotUnreadable(f"the snapshot cannot be read: {error!r:.300}") from error


def _restored(executable: Executable, snapshot: Json) -> RunState:
    reader = Reader(executable, snapshot["objects"])
    with executable.budget.unlimited():  # for the user's `__hash__` and `__eq__`
        roots = {name: reader.value(value) for name, value in snapshot["roots"].items()}
        reader.finish()
    since = dict(snapshot.get("since", ()))
    for strand in reader.strands():
        moment = since.get(strand.number)
        strand.since = None if moment is None else datetime.fromisoformat(moment)
    run = RunState(UUID(snapshot["run_id"]), snapshot["input"])
    run.status = RunStatus(snapshot["status"])
    run.result, run.error = snapshot["result"], snapshot["error"]
    for name in _RUN_FIELDS:
        setattr(run, name, snapshot[name])
    run.attributes = snapshot.get("attributes", {})
    run.main = roots["main"]
    run.ready = deque(roots["ready"])
    run.pending = roots["pending"]
    run.children = roots["children"]
    run.terms, run.asked = roots.get("terms", {}), roots.get("asked", {})
    for number, timer in roots["timers"].items():
        run.add_timer(number, timer)
    paused_at = snapshot.get("paused_at")
    run.paused_at = None if paused_at is None else datetime.fromisoformat(paused_at)
    _restore_history(run, snapshot)
    run.leases = Leases.load(snapshot["leases"])
    run.instance = roots.get("instance")
    run.watchers = roots.get("watchers", [])
    run.requests = dict.fromkeys(roots.get("requests", ()))
    run.updates = roots.get("updates", {})
    run.answered = roots.get("answered", {})
    return run


_OBJECT_CLASSES = (
    *(list, tuple, dict, Deque, OrderedSet, OrderedFrozenSet, Record, BaseModel, BaseException),
    *(Closure, BoundMethod, functools.partial, types.MethodType, types.BuiltinMethodType),
)


_TUPLES = frozenset({decimal.DecimalTuple, IsoWeek})


@functools.cache
def _is_object(cls: type) -> bool:
    """Whether values of this class have an identity that a snapshot keeps."""
    return (issubclass(cls, _OBJECT_CLASSES) or cls in FIELDS) and cls not in _TUPLES


class _Writer:
    """Numbers the objects as it meets them, and writes each once; no recursion, however deep the state."""

    def __init__(self, executable: Executable) -> None:
        self.table: list[Json] = []
        self._names = executable.names
        self._known: dict[int, int] = {}
        self._kept: list[Any] = []
        self._waiting: deque[tuple[int, Any]] = deque()

    def value(self, value: Any) -> Json:
        """One value; objects are queued."""
        cls = value.__class__
        if cls in _SCALARS and (cls is not float or value - value == 0):
            if cls is not str:
                return encode(value)
            if len(value) < SHARED_TEXT:
                return _text(value)
        if cls is int and -(1 << 53) < value < 1 << 53:
            return value
        if value is UNBOUND:
            return ["u"]
        if cls is FutureState:
            return ["f", int(value)]
        if cls is AsyncCode:
            return ["c", value.key]
        known = self._known.get(id(value))
        if known is not None:
            return ["r", known]
        name = self._names.get(id(value))
        if name is not None:
            return ["g", name]
        if cls is int or (cls is float and value == value):  # NaN is found in a list by its identity
            return ["v", encode(value)]
        number = len(self.table)
        self.table.append(None)
        self._known[id(value)] = number
        self._kept.append(value)
        self._waiting.append((number, value))
        return ["r", number]

    def finish(self) -> None:
        """Write everything that was queued."""
        while self._waiting:
            number, value = self._waiting.popleft()
            self.table[number] = self._write(value)

    def since(self) -> list[Json]:
        """Since when the strands wait that were met, by their numbers."""
        strands = (value for value in self._kept if type(value) is Strand and value.waits_for is not None)
        return [[strand.number, strand.since.isoformat()] for strand in strands if strand.since is not None]

    def _values(self, values: Any) -> list[Json]:
        return [self.value(item) for item in values]

    def _write(self, value: Any) -> Json:
        cls = type(value)
        if cls in FIELDS:
            return [KINDS[cls], *(self.value(getattr(value, name)) for name in FIELDS[cls])]
        if not _is_object(cast("Any", cls)):
            return scalars.write(value)
        if cls is list:
            return ["l", *self._values(value)]
        if cls is tuple:
            return ["t", *self._values(value)]
        if isinstance(value, NamedTuple):
            return ["named", value.__warren_ref__, list(value._fields), *self._values(value)]
        if isinstance(value, dict):
            head = [self.value(value.default_factory)] if isinstance(value, DefaultDict) else []
            return [_MAPPINGS[cls], *head, *([self.value(key), self.value(item)] for key, item in value.items())]
        if cls is Deque:
            return ["deque", value.maxlen, *self._values(value)]
        if isinstance(value, OrderedSet | OrderedFrozenSet):
            return ["s" if isinstance(value, OrderedSet) else "z", *self._values(value)]
        if cls is Closure:
            return ["closure", value.key, self.value(value.cells), self.value(value.defaults)]
        if isinstance(value, BoundMethod):
            return ["method", self.value(value.owner), value.name]
        if cls is functools.partial:  # `keys`, `values` or `items` of a dict
            return ["method", self.value(value.args[0]), VIEWS[value.func]]
        if isinstance(value, types.MethodType | types.BuiltinMethodType):
            return self._method(value)
        return self._instance(value)

    def _method(self, value: Any) -> Json:
        owner = value.__self__
        if owner is None or isinstance(owner, types.ModuleType | type):
            raise UnserializableValue(
                f"the method {value.__name__} cannot be kept across an await; call it where it is used"
            )
        return ["method", self.value(owner), value.__name__]

    def _instance(self, value: Any) -> Json:
        ref = type_ref(type(value))
        if isinstance(value, BaseException):
            mro = [type_ref(base) for base in type(value).__mro__[:-1]]
            parts = [self._values(value.args), self._named(kept_attributes(value)), self.value(value.__cause__)]
            if isinstance(value, BaseExceptionGroup):
                return ["group", ref, mro, *parts, self.value(value.message), *self._values(value.exceptions)]
            return ["error", ref, mro, *parts]
        if isinstance(value, BaseModel):
            fields = {name: value.__dict__[name] for name in type(value).model_fields if name in value.__dict__}
            return ["model", ref, self._named(fields), sorted(value.model_fields_set), *self._rest(value)]
        if not isinstance(value, Record):
            raise UnserializableValue(f"a {type(value).__name__} cannot be kept across an await")
        tag = (
            value.__warren_tag__
            if isinstance(value, Opaque)
            else "instance"
            if isinstance(value, Instance)
            else "dataclass"
        )
        return [tag, ref, self._named(vars(value)), value.rest if isinstance(value, Opaque) else None]

    def _rest(self, value: BaseModel) -> list[Json]:
        """What the model has besides fields, where it has any such thing."""
        others, private, extra = others_of_model(value), value.__pydantic_private__, value.__pydantic_extra__
        if not others and private is None and not extra:
            return []
        return [self._named(others), None if private is None else self._named(private), self._named(extra or {})]

    def _named(self, fields: dict[str, Any]) -> Json:
        return {name: self.value(item) for name, item in fields.items()}


def _text(value: str) -> Json:
    encoded = encode(value)
    return encoded if isinstance(encoded, str) else ["v", encoded]
