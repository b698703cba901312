"""`json.dumps` and `json.loads` within the budget. The text and the errors are those of the module itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from warren.engine.guarded.guards import Guards

_BYTES_OF_A_CHARACTER = 20
"""What a character of JSON text can become at most, roughly: `[],` makes a list."""


def dumps(guards: Guards) -> Callable[..., str]:
    """`json.dumps`."""

    def written(
        obj: Any,
        *,
        skipkeys: bool = False,
        ensure_ascii: bool = True,
        check_circular: bool = True,
        allow_nan: bool = True,
        indent: Any = None,
        separators: Any = None,
        default: Any = None,
        sort_keys: bool = False,
    ) -> str:
        guards.weigh(obj)
        encoder = json.JSONEncoder(
            skipkeys=skipkeys,
            ensure_ascii=ensure_ascii,
            check_circular=check_circular,
            allow_nan=allow_nan,
            indent=indent,
            separators=separators,
            default=default,
            sort_keys=sort_keys,
        )
        if indent is None and default is None and separators is None:
            return str(guards.result(encoder.encode(obj)))
        if isinstance(indent, int):
            guards.width(indent)
        parts: list[str] = []
        for part in [encoder.encode(obj)] if isinstance(obj, str) else encoder.iterencode(obj):
            guards.budget.spend(1)
            guards.budget.allocate(len(part))
            parts.append(part)
        return "".join(parts)

    return written


def loads(guards: Guards) -> Callable[..., Any]:
    """`json.loads`."""

    def read(
        s: Any,
        *,
        object_hook: Any = None,
        parse_float: Any = None,
        parse_int: Any = None,
        parse_constant: Any = None,
        object_pairs_hook: Any = None,
    ) -> Any:
        if isinstance(s, str | bytes):
            guards.budget.spend(len(s) >> 5)
            guards.budget.allocate(len(s) * _BYTES_OF_A_CHARACTER)
        return json.loads(
            s,
            object_hook=object_hook,
            parse_float=parse_float,
            parse_int=parse_int,
            parse_constant=parse_constant,
            object_pairs_hook=object_pairs_hook,
        )

    return read
