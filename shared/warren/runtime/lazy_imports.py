"""Importing a library without what it imports in turn and hardly ever uses. Knows no library.

It still finds everything when it needs it: until then it has stand-ins, which import the real thing at their first use.

`import structlog` is why there is this: it imports rich, wherever that is installed, for tracebacks on a terminal, and
has no option against it. Every service, and every command that logs, would start with 0.2 s of processor time and 5 MB
of memory more (structlog 26.1, rich 15).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any


@contextmanager
def deferred(*names: str) -> Iterator[None]:
    """Imports of these modules in the block get stand-ins; what is imported already, or missing, is left.

    A stand-in's content can be called and asked for attributes. No other thread may import meanwhile what is named.
    """
    with ExitStack() as stack:
        for name in names:
            package, _, child = name.rpartition(".")
            if name not in sys.modules and find_spec(package) is not None:
                stack.enter_context(_standing_in(_StandIn(name), import_module(package), child))
        yield


@contextmanager
def _standing_in(module: _StandIn, package: ModuleType, child: str) -> Iterator[None]:
    name = module.__name__
    sys.modules[name] = module
    setattr(package, child, module)  # as an import does, and the real one will
    try:
        yield
    finally:
        if sys.modules.get(name) is module:
            del sys.modules[name]


class _StandIn(ModuleType):
    """A module that is not imported yet."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Later(name, (), {"__module__": self.__name__})


class _Later(type):
    """A class or function of a module that is not imported yet."""

    def _real(cls) -> Any:
        return getattr(import_module(cls.__module__), cls.__name__)

    def __getattr__(cls, name: str) -> Any:
        return getattr(cls._real(), name)

    def __call__(cls, *args: Any, **options: Any) -> Any:
        return cls._real()(*args, **options)
