"""Methods of the user's own dataclasses, models, enums and exceptions, as far as the workflow can reach them.

Which class a value has is known only during a run. So every method is compiled whose name the workflow uses. One that
cannot be compiled is refused where its name is used if the name can mean nothing else; if it can, it is marked, and
reaching it during the run is an error. Must not know syntax.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import dis
import enum
import functools
import inspect
import uuid
from types import FunctionType
from typing import Any

from pydantic import BaseModel

from warren.contracts import marks
from warren.contracts.values import type_ref
from warren.errors import RefusalCode
from warren.frontend.compilation import Compilation
from warren.frontend.diagnostics import diagnostic
from warren.frontend.models import has_own_dump
from warren.frontend.refusals import Refusal
from warren.frontend.sources import is_standard
from warren.frontend.users_code import is_foreign, users_bases
from warren.ir.intrinsics import ASYNCIO_ATTRIBUTES
from warren.ir.workflow import TypeDef
from warren.prelude.asyncio_names import is_of_prelude

_CONSTRUCTION = frozenset(
    {
        *("__init__", "__new__", "__post_init__", "__init_subclass__", "__class_getitem__", "__set_name__"),
        *("__getattr__", "__getattribute__", "__setattr__", "__delattr__", "__dir__", "__del__", "__reduce__"),
        *(
            "__reduce_ex__",
            "__getstate__",
            "__setstate__",
            "__copy__",
            "__deepcopy__",
            "__sizeof__",
            "__subclasshook__",
        ),
        *(
            "__get_pydantic_core_schema__",
            "__get_pydantic_json_schema__",
            "__subclasshook__",
            "__pydantic_init_subclass__",
        ),
    }
)


_COMMON = frozenset(
    name
    for cls in (
        *(str, bytes, int, float, complex, list, tuple, dict, set, range, slice, BaseException, BaseModel),
        *(dt.datetime, dt.date, dt.time, dt.timedelta, dt.timezone, decimal.Decimal, uuid.UUID),
    )
    for name in dir(cls)
) - {"model_dump", "model_dump_json"} | {
    "result",
    "done",
    "cancel",
    "cancelled",
    "cancelling",
    "uncancel",
    "add_done_callback",
    "remove_done_callback",
    "exception",
    "create_task",
    "expired",
    "name",
    "value",
}
"""Attributes that values of Python's own have: a use of one of these may have nothing to do with the user's classes."""


_COMMON_NAMES = frozenset({"get_name", "set_name", "when"})
"""What a field or a method of a class that the workflow does not name could be called, too."""
_OF_TASKS = "`await task`, and write what follows there; `task.done()` and `task.result()` are supported"

_DUMPS = ("model_dump", "model_dump_json")


class MethodTable:
    """The methods of the workflow's types; `find` asks for them, `finish` writes them into the types."""

    def __init__(self, compilation: Compilation) -> None:
        self._compilation = compilation
        self._found: dict[tuple[str, str], tuple[str, str | None]] = {}
        """By type and name: `methods`, `properties` or `opaque`, and the key of the function."""

    def find(self) -> bool:
        """Ask for the methods that became reachable since the last time; whether there were any."""
        before = len(self._found)
        for ref, cls in list(self._compilation.registry.classes.items()):
            for name in [*_special(cls), *_computed(cls), *sorted(self._compilation.attribute_names)]:
                if (ref, name) not in self._found:
                    self._look_up(ref, cls, name)
        return len(self._found) > before

    def _look_up(self, ref: str, cls: type, name: str) -> None:
        owner = next((base for base in cls.__mro__ if name in vars(base)), None)
        raw = None if owner is None or is_foreign(owner) else vars(owner)[name]
        function, kind = raw, "methods"
        if isinstance(raw, property):
            function, kind = raw.fget, "properties"
        if marks.is_action(function):
            self._found[ref, name] = ("opaque", None)
        elif isinstance(function, FunctionType):
            if _is_written(function) and not is_foreign(function):  # pydantic makes a __hash__, as the engine does
                self._found[ref, name] = (kind, self._compilation.use_function(function))
            elif function.__module__ == "functools":  # of total_ordering
                self._found[ref, name] = ("opaque", None)
        elif raw is not None and not name.startswith("__") and not self._is_data(ref, name, raw):
            self._found[ref, name] = ("opaque", None)

    def _is_data(self, ref: str, name: str, raw: Any) -> bool:
        """Whether it is a field, a constant or a member, which the description of the class has."""
        described = self._compilation.registry.types.get(ref)
        if described is None or inspect.ismemberdescriptor(raw):
            return True
        fields = [field.name for field in described.fields]
        return name in described.constants or name in fields or isinstance(raw, enum.Enum)

    def refuse_uses(self) -> None:
        """Refuse what uses a method that cannot be compiled, where the name can only mean that method.

        A method that does so cannot be compiled either, so this goes on until nothing more is found.
        """
        compilation = self._compilation
        waiting = [(self._why_no_store, *site) for site in compilation.attribute_stores]
        waiting += [(self._why_no_read, *site) for site in compilation.attribute_sites]
        is_new = True
        while is_new:
            is_new, left = False, []
            for why_not, unit, node, name in waiting:
                reason = why_not(name)
                if reason is None:
                    left.append((why_not, unit, node, name))
                    continue
                is_new = True
                refusal = Refusal(RefusalCode.UNCOMPILABLE_CALL, *reason)
                unit.diagnostics.append(diagnostic(unit.source, node, refusal))
            waiting = left

    def _why_no_read(self, name: str) -> tuple[str, str] | None:
        if name in _COMMON:
            return None
        classes = self._compilation.registry.classes.values()
        owners = [cls for cls in classes if _has(cls, name)]
        reasons = [self._why_not(cls, name) for cls in owners]
        if not owners and name in ASYNCIO_ATTRIBUTES - _COMMON_NAMES:
            return f"{name} of a task or a timeout is not supported in a workflow", _OF_TASKS
        if not owners:
            dynamic = next(
                (cls for cls in classes if _wrote(cls, "__getattr__") or _wrote(cls, "__getattribute__")), None
            )
            text = f"{name} may be what {dynamic.__name__}.__getattr__ gives, which is not compiled" if dynamic else ""
            return (text, "declare it as a field, a method or a property") if dynamic else None
        reason = next((one for one in reasons if one is not None), None)
        return reason if all(reasons) or _is_override(owners, reasons) else None

    def _why_no_store(self, name: str) -> tuple[str, str] | None:
        classes = self._compilation.registry.classes.values()
        for cls in (cls for cls in classes if _has(cls, name)):
            code = _setter(cls, name)
            if code:
                message = f"assigning {cls.__name__}.{name} runs {code}, which is not compiled"
                return message, "do it in an @action that returns the changed value, or write a method"
        return None

    def _why_not(self, cls: type, name: str) -> tuple[str, str] | None:
        """Why what the class has under the name cannot be read from an instance, and what to write instead."""
        kind, key = self._found.get((type_ref(cls), name), ("", None))
        text = f"{cls.__name__}.{name}"
        if name in _DUMPS and issubclass(cls, BaseModel):
            return self._why_no_dump(cls, text)
        if kind == "opaque":
            raw = inspect.getattr_static(cls, name, None)
            if marks.is_action(raw):
                return f"{text} is an action, which Python would call with the instance first", "call its function"
            if isinstance(raw, staticmethod | classmethod):
                return f"{text} is called on an instance, whose class is not known here", f"write `{text}(...)`"
            if hasattr(type(raw), "__get__"):
                return f"{text} cannot be compiled: it is a {type(raw).__name__}", "make it a property or a method"
            return f"{text} is a {type(raw).__name__}, not a constant", "make it immutable, or a field of the instance"
        reason = None if key is None else self._compilation.reason(key)
        if kind == "" and issubclass(cls, BaseException) and callable(getattr(cls, name, None)):
            return f"{text} is a library's own code, which a workflow cannot run", "write `str(error)`"
        if reason is None:
            return None
        place = f"{reason.filename}:{reason.line}: " if reason.line else ""
        instead = f"do it in an @action and await it, or: {reason.recommendation}"
        return f"{text} cannot be compiled: {place}{reason.message}", instead

    def _why_no_dump(self, cls: type[BaseModel], text: str) -> tuple[str, str] | None:
        if has_own_dump(cls):
            return f"{text} runs serializers of its own", "do it in an @action and await it, or read the fields"
        for name in _computed(cls):
            reason = self._why_not(cls, name)
            if reason is not None:
                return f"{text} needs a computed field: {reason[0]}", reason[1]
        return None

    def finish(self, roots: list[str]) -> set[str]:
        """Write into the types what could be compiled; the keys of all functions that are needed."""
        types = self._compilation.registry.types
        units = self._compilation.units
        for ref, definition in list(types.items()):
            parts: dict[str, Any] = {"methods": {}, "properties": {}}
            opaque = []
            for (owner, name), (kind, key) in sorted(self._found.items()):
                if owner != ref or name in _DUMPS:
                    continue
                if key is None or self._compilation.reason(key) is not None:
                    opaque.append(name)
                else:
                    parts[kind][name] = key
            cls = self._compilation.registry.classes.get(ref)
            if cls is not None and issubclass(cls, BaseModel) and has_own_dump(cls):
                opaque += _DUMPS
            types[ref] = self._with_factories(dataclasses.replace(definition, opaque=tuple(opaque), **parts))
        wanted = [*roots]
        for definition in types.values():
            wanted += [*definition.methods.values(), *definition.properties.values()]
            wanted += [one.factory for one in definition.fields if one.factory in units]
        return self._compilation.reachable(wanted)

    def _with_factories(self, definition: TypeDef) -> TypeDef:
        units = self._compilation.units
        failing = [one for one in definition.fields if one.factory in units and self._compilation.reason(one.factory)]
        if not failing:
            return definition
        fields = tuple(dataclasses.replace(one, factory=None) if one in failing else one for one in definition.fields)
        return dataclasses.replace(definition, fields=fields, constructible=False)


def _setter(cls: type, name: str) -> str:
    """The code that assigning the attribute of an instance runs, if there is any."""
    raw = inspect.getattr_static(cls, name, None)
    if isinstance(raw, property) and (raw.fset is not None or raw.fdel is not None):
        return "the setter of a property"
    if issubclass(cls, BaseModel) and cls.model_config.get("validate_assignment") and name in cls.model_fields:
        return "pydantic's validation of assignments"
    return f"{cls.__name__}.__setattr__" if _wrote(cls, "__setattr__") else ""


def _wrote(cls: type, name: str) -> bool:
    """Whether the user wrote this special method."""
    raw = inspect.getattr_static(cls, name, None)
    return isinstance(raw, FunctionType) and not is_foreign(raw) and _is_written(raw)


def _is_override(owners: list[type], reasons: list[tuple[str, str] | None]) -> bool:
    """Whether a class that cannot have its method compiled overrides one that can: both are meant."""
    fine = [cls for cls, reason in zip(owners, reasons, strict=True) if reason is None]
    return any(
        reason is not None and issubclass(cls, base)
        for cls, reason in zip(owners, reasons, strict=True)
        for base in fine
    )


def _has(cls: type, name: str) -> bool:
    fields = getattr(cls, "__dataclass_fields__", None) or getattr(cls, "model_fields", {})
    return name in fields or name in _stored(cls) or inspect.getattr_static(cls, name, None) is not None


@functools.cache
def _stored(cls: type) -> set[str]:
    """The attributes that making an instance of a dataclass sets besides its fields."""
    if not dataclasses.is_dataclass(cls):
        return set()
    fields = {field.name for field in dataclasses.fields(cls)}
    made = [vars(base).get(name) for base in cls.__mro__[:-1] for name in ("__init__", "__post_init__")]
    written = [function for function in made if isinstance(function, FunctionType) and _is_written(function)]
    stores = [one for function in written for one in dis.get_instructions(function) if one.opname == "STORE_ATTR"]
    return {one.argval for one in stores} - fields


def _special(cls: type) -> list[str]:
    """The special methods that the user wrote."""
    return sorted(
        {
            name
            for base in users_bases(cls)
            for name, value in vars(base).items()
            if name.startswith("__")
            and name.endswith("__")
            and (name not in _CONSTRUCTION or (name == "__post_init__" and is_of_prelude(base)))
            and isinstance(value, FunctionType)
            and not is_foreign(value)
            and (_is_written(value) or value.__module__ == "functools")
        }
    )


def _computed(cls: type) -> list[str]:
    """The computed fields, which dumps and `repr` read."""
    return list(cls.model_computed_fields) if issubclass(cls, BaseModel) else []


def _is_written(function: FunctionType) -> bool:
    """Whether somebody wrote it into a file of theirs; what `dataclasses` makes, the engine makes as well."""
    filename = function.__code__.co_filename
    return not filename.startswith("<") and not is_standard(filename)
