"""Classes that are the same everywhere: builtins, Warren's errors, a few of the standard library; simple types by name.

A program names them without describing them. Must not know a program.
"""

from __future__ import annotations

import builtins
import pathlib
import sys
from collections.abc import Sequence
from typing import Any, Final

from warren import errors
from warren.contracts.unchecked import UNCHECKED_REF, Unchecked
from warren.engine.values.ordered_set import OrderedFrozenSet, OrderedSet
from warren.ir.intrinsics import ERROR_MODULES
from warren.ir.scalars import SCALAR_TYPES

SIMPLE_TYPES: Final[dict[str, Any]] = {**SCALAR_TYPES, "path": pathlib.PurePosixPath}
"""What type specs call by a word; a path is one of no machine here."""
_BUILTIN_TYPES = frozenset(
    {
        *("object", "type", "bool", "int", "float", "complex", "str", "bytes"),
        *("list", "tuple", "dict", "set", "frozenset", "range"),
    }
)
_STANDARD_ERRORS = ERROR_MODULES - {"builtins", errors.__name__}
_ENDING: dict[str, type[BaseException]] = {
    name: type(name, (getattr(builtins, name),), {"__module__": "builtins"})
    for name in ("GeneratorExit", "KeyboardInterrupt", "SystemExit")
}
"""What a workflow raises by these names ends its run; Python's own, which it cannot raise, end the process."""


def new_exception(cls: Any, args: tuple[Any, ...]) -> Any:
    """An instance; Python's own exceptions take some of their attributes from the arguments when they are made."""
    try:
        return cls(*args) if cls.__module__ == "builtins" else cls.__new__(cls, *args)
    except TypeError:
        return cls.__new__(cls)


def ends_the_process(error: BaseException) -> bool:
    """Whether an exception is Python's own way to end the process, which no workflow can raise."""
    return type(error) in (GeneratorExit, KeyboardInterrupt, SystemExit)


def existing_class(ref: str) -> Any:
    """Classes that are the same everywhere: builtins, Warren's errors, a few errors of the standard library."""
    module, _, qualname = ref.partition(":")
    if module == "builtins":
        if qualname == "set":
            return OrderedSet
        if qualname == "frozenset":
            return OrderedFrozenSet
        found = _ENDING.get(qualname) or getattr(builtins, qualname, None)
        is_error = isinstance(found, type) and issubclass(found, BaseException)
        return found if is_error or qualname in _BUILTIN_TYPES else None
    if module == errors.__name__ or (module in _STANDARD_ERRORS and module in sys.modules):
        found = getattr(sys.modules[module], qualname, None)
        return found if isinstance(found, type) and issubclass(found, BaseException) else None
    if ref == UNCHECKED_REF:
        return Unchecked
    simple = {f"{cls.__module__}:{cls.__qualname__}": cls for cls in SIMPLE_TYPES.values() if isinstance(cls, type)}
    return simple.get(ref)


def is_exception_ref(ref: str, mro: Sequence[str]) -> bool:
    """Whether a class of an exception's hierarchy is itself an exception (and not a mixin)."""
    found = existing_class(ref)
    if found is not None:
        return isinstance(found, type) and issubclass(found, BaseException)
    return any(later in {"builtins:Exception", "builtins:BaseException"} for later in mro)
