"""Types that pydantic knows and that are the same in every process: `{"known": "ipaddress:IPv4Address"}` in a spec.

A compiler may look them up, as none of them is the user's code. Not among them is what looks at the machine or imports.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any, Final

from warren.contracts.class_names import type_ref
from warren.errors import InvalidInput

_MODULES: Final = frozenset(
    {
        *("ipaddress", "fractions", "zoneinfo", "pathlib", "re", "numbers"),
        *("pydantic.types", "pydantic.networks", "pydantic.color", "pydantic_core._pydantic_core"),
    }
)
_NOT: Final = frozenset({"ImportString", "InstanceOf", "FilePath", "DirectoryPath", "NewPath", "SocketPath"})


def is_known_type(kind: Any) -> bool:
    """Whether a class is one of them."""
    return isinstance(kind, type) and _is_known(type_ref(kind))


def is_known_ref(ref: Any) -> bool:
    """Whether a reference names one of them."""
    return isinstance(ref, str) and _is_known(ref)


def known_type(ref: str) -> Any:
    """The class that a spec names; raises `InvalidInput` when it is none of them."""
    if not _is_known(ref):
        raise InvalidInput(f"{ref[:200]!r} is no known type")
    return _find(ref)


def _is_known(ref: str) -> bool:
    module, _, name = ref.partition(":")
    return module in _MODULES and name.isidentifier() and name not in _NOT and isinstance(_find(ref), type)


@cache
def _find(ref: str) -> Any:
    module, _, name = ref.partition(":")
    return getattr(importlib.import_module(module), name, None)
