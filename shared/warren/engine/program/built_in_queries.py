"""Queries that every run answers, whatever its workflow: their names, and what their arguments must be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from warren.contracts import names
from warren.errors import InvalidInput

Json = Any
MAX_FOLLOW_SECONDS: Final = 300.0
_DEFAULT_FOLLOW_SECONDS: Final = 30.0

BUILT_IN: Final = frozenset({names.STATE_QUERY, names.FOLLOW_QUERY})


def bind_built_in(name: str, arguments: Mapping[str, Json]) -> dict[str, Json]:
    """The arguments of a query of `BUILT_IN`; raises `InvalidInput` for what it does not take."""
    known = {"seconds"} if name == names.FOLLOW_QUERY else set()
    unknown = arguments.keys() - known
    if unknown:
        takes = "takes only `seconds`" if known else "takes no arguments"
        raise InvalidInput(f"the query {name!r} {takes}; it got {', '.join(sorted(unknown))}")
    if not known:
        return {}
    seconds = arguments.get("seconds", _DEFAULT_FOLLOW_SECONDS)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= MAX_FOLLOW_SECONDS:
        raise InvalidInput(
            f"'seconds' of the query {name!r} must be a number above 0 and up to {MAX_FOLLOW_SECONDS:g}, "
            f"not {seconds!r:.50}"
        )
    return {"seconds": float(seconds)}
