"""Recognising, by identity, the objects that Warren itself provides, however they were imported or renamed.

Must not import what a workflow author may not have imported: a module that is not loaded cannot be mentioned.
"""

from __future__ import annotations

import builtins
import functools
import sys
from typing import Any

from warren.ir import intrinsics

_NO_OBJECT = frozenset({"run_action"})
_MODULES = sorted({name.partition(".")[0] for name in intrinsics.SUPPORTED if "." in name})


def intrinsic_name(value: Any) -> str | None:
    """The name of the intrinsic that this object is, or None."""
    return _table(tuple(module in sys.modules for module in _MODULES)).get(id(value))


def class_method_name(cls: type, name: str) -> str | None:
    """The intrinsic name of the class method `cls.name`, or None."""
    owner = intrinsic_name(cls)
    full = f"{owner}.{name}"
    return full if owner is not None and full in intrinsics.SUPPORTED else None


@functools.lru_cache(maxsize=64)
def _table(loaded: tuple[bool, ...]) -> dict[int, str]:
    """Names by `id`, for the modules that are loaded now."""
    found: dict[int, str] = {}
    for name in sorted((intrinsics.SUPPORTED | intrinsics.PRELUDE) - intrinsics.CLASS_METHODS - _NO_OBJECT):
        value = _find(name)
        if value is not None:
            found.setdefault(id(value), name)
    return found


def _find(name: str) -> Any:
    module, _, attribute = name.rpartition(".")
    return getattr(sys.modules.get(module) if module else builtins, attribute, None)
