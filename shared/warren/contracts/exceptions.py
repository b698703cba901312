"""What Python's own exceptions keep outside of their `__dict__`, and what an exception's class says about it.

Needed wherever an exception is taken apart and put together again: on the way between processes and in snapshots. Must
not run a user's `__init__`.
"""

from __future__ import annotations

import contextlib
from typing import Any

from warren.contracts.tags import KEPT_REPR, KEPT_TEXT, REMOTE_TRACEBACK

_HIDDEN: tuple[tuple[type[BaseException], tuple[str, ...]], ...] = (
    (OSError, ("filename", "filename2")),
    (ImportError, ("name", "path")),
    (AttributeError, ("name",)),
    (NameError, ("name",)),
)
"""Attributes of C structures that the arguments do not tell, as far as they are plain."""
_FROM_ARGUMENTS = (UnicodeError, SyntaxError, ImportError, StopIteration, SystemExit)
"""Classes that take their attributes from the arguments, but only when they are initialised with them."""
_KEPT = {KEPT_REPR, KEPT_TEXT, REMOTE_TRACEBACK}
_PLAIN = (str, bytes, bool, int, float)


def hidden_attributes(error: BaseException) -> dict[str, Any]:
    """The attributes that neither `args` nor `vars()` has; those that are None are left out."""
    names = [name for cls, found in _HIDDEN if isinstance(error, cls) for name in found]
    values = {name: getattr(error, name) for name in names if name not in vars(error)}
    return {name: value for name, value in values.items() if isinstance(value, _PLAIN)}


def kept_attributes(error: BaseException) -> dict[str, Any]:
    """All that an exception of the engine has to have again after a snapshot, besides `args` and its cause."""
    own = {name: value for name, value in vars(error).items() if not name.startswith("_") or name in _KEPT}
    return own | hidden_attributes(error)


def class_attributes(error: BaseException) -> dict[str, Any]:
    """Plain constants of the user's classes (`status = 404`), which a process without the class needs."""
    found: dict[str, Any] = {}
    for base in reversed(type(error).__mro__):
        if base.__module__ == "builtins":
            continue
        for name, value in vars(base).items():
            found.pop(name, None)
            if not name.startswith("_") and type(value) in _PLAIN:
                found[name] = value
    return {name: value for name, value in found.items() if name not in vars(error)}


def initialise(error: BaseException, args: tuple[Any, ...]) -> None:
    """Let Python's own class set what it takes from the arguments, and set `args`."""
    if isinstance(error, _FROM_ARGUMENTS):
        own = next(base for base in type(error).__mro__ if base.__module__ == "builtins")
        with contextlib.suppress(TypeError, ValueError):  # of a user's class with arguments of its own
            own.__init__(error, *args)  # type: ignore[misc]  # on purpose: not the user's own
    error.args = args
