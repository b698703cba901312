"""Checking a value against a type spec, as pydantic checks it against the annotation that the spec is of.

Plain JSON is checked in pydantic's JSON mode, what has tags in its Python mode. Every problem is collected, with its
path. Must not know the user's classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails, to_json

from warren.contracts.plain import MASK
from warren.contracts.tags import TAG, Json
from warren.contracts.unchecked import unchecked
from warren.contracts.values import encode
from warren.errors import InvalidInput, UnserializableValue
from warren.ir.depth import check_depth
from warren.ir.scalars import PLAIN_TYPES
from warren.ir.spec_texts import spec_text, value_text
from warren.ir.stand_ins import StandIns
from warren.ir.unions import check_cost

_MOST_PROBLEMS: Final = 20
_SHOWN_STEPS: Final = 6


class Coercion:
    """Checks values for one program. `problems` has what is wrong, in the order of the values."""

    def __init__(self, stand_ins: StandIns) -> None:
        self.problems: list[str] = []
        self._stand_ins = stand_ins

    def coerce(self, spec: Json, value: Json, path: str) -> Json:
        """Return `value` as `spec` asks for it; add to `problems` what does not fit."""
        if isinstance(spec, str) and type(value) is PLAIN_TYPES.get(spec):
            return encode(value)
        try:
            check_depth(value)
            if spec is None or spec == "any":
                return value
            check_cost(spec, value, self._stand_ins.definitions)
            if self._stand_ins.needs_code(spec, value):
                return unchecked(value, is_secret=self._stand_ins.has_secret(spec))
            return encode(self._validated(spec, value))
        except ValidationError as error:
            self.problems += problems_of(error, path, spec, is_secret=self._stand_ins.has_secret(spec))
        except (InvalidInput, UnserializableValue) as error:
            self.problems.append(f"{path}: expected {spec_text(spec)}, got {self._text(spec, value)} ({error})")
        except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
            self.problems.append(f"{path}: expected {spec_text(spec)}, got {self._text(spec, value)} ({error!r:.200})")
        return None

    def _text(self, spec: Json, value: Json) -> str:
        return MASK if self._stand_ins.has_secret(spec) else value_text(value)

    def _validated(self, spec: Json, value: Json) -> Any:
        adapter = self._stand_ins.adapter(spec)
        if has_tags(value):
            return adapter.validate_python(self._stand_ins.values.python_of(value))
        return adapter.validate_json(to_json(value))


def has_tags(value: Json) -> bool:
    """Whether there is a tagged value anywhere in it."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if TAG in one:
                return True
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
    return False


def problems_of(error: ValidationError, path: str, spec: Json = None, *, is_secret: bool) -> list[str]:
    """What is wrong, each with its path; the first twenty. Where the type has a secret in it, no value is shown."""
    details = error.errors(include_url=False)
    found = [_problem(detail, spec, path, is_secret=is_secret) for detail in details[:_MOST_PROBLEMS]]
    return found if len(details) <= _MOST_PROBLEMS else [*found, f"{path}: {len(details) - _MOST_PROBLEMS} more"]


def _problem(detail: ErrorDetails, spec: Json, path: str, *, is_secret: bool) -> str:
    where = path + "".join(_steps(detail["loc"]))
    got = MASK if is_secret else value_text(_shown(detail["input"]))
    if detail["type"] == "missing":
        return f"{where}: missing"
    if spec is not None and not detail["loc"]:
        return f"{where}: expected {spec_text(spec)}, got {got} ({detail['msg']})"
    return f"{where}: {detail['msg']}, got {got}"


def _shown(value: Any) -> Json:
    try:
        return encode(value)
    except UnserializableValue:
        return repr(value)


def _steps(loc: Sequence[int | str]) -> Iterator[str]:
    """The steps of a path; of a long one, those at its ends."""
    if len(loc) > 2 * _SHOWN_STEPS:
        yield from _steps(loc[:_SHOWN_STEPS])
        yield f" ({len(loc) - 2 * _SHOWN_STEPS} steps) "
        loc = loc[-_SHOWN_STEPS:]
    if len(loc) > 1 and loc[-1] == "[key]":
        yield from _steps(loc[:-2])
        yield f" key {loc[-2]!r}"
        return
    for step in loc:
        if isinstance(step, int):
            yield f"[{step}]"
        elif step.isidentifier():
            yield f".{step}"
        else:
            yield f"[{step!r}]"
