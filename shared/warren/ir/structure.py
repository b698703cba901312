"""Whether a node made from JSON has in each field what the annotation says. Must not know any particular node."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable
from typing import Any, Union

Check = Callable[[Any], bool]


@functools.cache
def checks_of(cls: Any) -> tuple[tuple[str, Check], ...]:
    """A check for each field of a node class."""
    hints = typing.get_type_hints(cls)
    return tuple((field.name, _check(hints[field.name])) for field in dataclasses.fields(cls))


def _check(hint: Any) -> Check:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return lambda _: True
    if origin is tuple:
        return _tuple_of(_check(arguments[0]))
    if origin is dict:
        return _dict_of(_check(arguments[1]))
    if origin in (Union, types.UnionType):
        return _any_of([_check(argument) for argument in arguments])
    if hint in (str, int, bool, type(None)):
        return lambda value: type(value) is hint
    return lambda value: isinstance(value, hint)


def _tuple_of(check: Check) -> Check:
    return lambda value: type(value) is tuple and all(map(check, value))


def _dict_of(check: Check) -> Check:
    return lambda value: (
        type(value) is dict and all(type(key) is str for key in value) and all(map(check, value.values()))
    )


def _any_of(checks: list[Check]) -> Check:
    return lambda value: any(check(value) for check in checks)
