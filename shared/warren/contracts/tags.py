"""The words that encoding and decoding of values share."""

from __future__ import annotations

from typing import Any

Json = Any
"""A value made of None, bool, int, float, str, list and dict only."""

TAG = "$"
FACTORIES = ("bool", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple")
"""The classes by which a defaultdict that crosses processes may make its values."""
KEPT_TEXT = "__warren_text__"
"""Attribute of a decoded exception that keeps what `str()` gave where it was raised."""
KEPT_REPR = "__warren_repr__"
"""As `KEPT_TEXT`, for `repr()`."""
UNCOMPILED = "__warren_uncompiled__"
"""Attribute of what stands for a method that the engine has not got: a process with the class can do what it does."""
REMOTE_TRACEBACK = "__warren_traceback__"
"""Attribute of a decoded exception that keeps the traceback text of the process that raised it."""


def kept_text(error: BaseException) -> str:
    """`__str__` of a rebuilt exception class: what the original instance gave, where that was sent along."""
    kept = getattr(error, KEPT_TEXT, None)
    return kept if isinstance(kept, str) else str(_python_s_own(error, "__str__", kept_text)(error))


def kept_repr(error: BaseException) -> str:
    """`__repr__` of a rebuilt exception class."""
    kept = getattr(error, KEPT_REPR, None)
    return kept if isinstance(kept, str) else str(_python_s_own(error, "__repr__", kept_repr)(error))


def _python_s_own(error: BaseException, name: str, ours: Any) -> Any:
    """The next method of that name: a class may come after a built-in one with a method of its own."""
    found = (vars(base).get(name) for base in type(error).__mro__)
    return next(method for method in found if method is not None and method is not ours)
