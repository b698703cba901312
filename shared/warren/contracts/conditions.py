"""Conditions over runs: what a search asks for, as a tree, and whether it holds for a run.

A comparison holds where the run has a value of the literal's type (text, number, true or false, moment) for which it
does: what a run has not got, or has with another type, is neither equal nor unequal to anything. A list holds where one
of its texts does. Made by `search.where`; the memory store evaluates it here, the one over PostgreSQL makes it SQL.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Protocol, assert_never
from uuid import UUID

from warren.contracts.attributes import AttributeValue
from warren.contracts.parts import RunStatus

Literal = str | int | float | bool | datetime | UUID


class Kind(StrEnum):
    """How values compare: those of one kind with each other, and with no others."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    MOMENT = "moment"
    ID = "id"


class Operator(StrEnum):
    """How two values are compared."""

    EQUAL = "="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="


@dataclass(frozen=True, slots=True)
class Comparison:
    """The run has a value of this name and of the literal's kind that compares so with the literal."""

    name: str
    operator: Operator
    literal: Literal

    @property
    def kind(self) -> Kind:
        """That of the literal."""
        return kind_of(self.literal)


@dataclass(frozen=True, slots=True)
class Has:
    """The run has a value of this name and kind."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Not:
    """The other one does not hold."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class All:
    """Each of them holds."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of them holds."""

    conditions: tuple[Condition, ...]


Condition = Comparison | Has | Not | All | AnyOf

_COMPARE: Final[Mapping[Operator, Callable[[Any, Any], bool]]] = {
    Operator.EQUAL: operator.eq,
    Operator.LESS: operator.lt,
    Operator.LESS_OR_EQUAL: operator.le,
    Operator.GREATER: operator.gt,
    Operator.GREATER_OR_EQUAL: operator.ge,
}


def kind_of(value: Literal) -> Kind:
    """How a value compares."""
    match value:
        case bool():
            return Kind.FLAG
        case int() | float():
            return Kind.NUMBER
        case str():
            return Kind.TEXT
        case datetime():
            return Kind.MOMENT
        case UUID():
            return Kind.ID
        case _:
            assert_never(value)


def comparable(value: Literal) -> Any:
    """What stands for a value in comparisons: a number is what is written, so that 0.1 is 0.1 and 3.0 is 3."""
    return Decimal(repr(value)) if kind_of(value) is Kind.NUMBER else value


class SearchedRun(Protocol):
    """What every run can be searched by."""

    @property
    def status(self) -> RunStatus: ...

    @property
    def workflow(self) -> str: ...

    @property
    def key(self) -> str | None: ...

    @property
    def run_id(self) -> UUID: ...

    @property
    def created_at(self) -> datetime: ...

    @property
    def finished_at(self) -> datetime | None: ...


def values_of(run: SearchedRun, attributes: Mapping[str, AttributeValue]) -> dict[str, AttributeValue | UUID | None]:
    """All that a run can be searched by, by name."""
    return {
        **attributes,
        "status": run.status.value,
        "workflow": run.workflow,
        "key": run.key,
        "run_id": run.run_id,
        "created_at": run.created_at,
        "finished_at": run.finished_at,
    }


def holds(condition: Condition, values: Mapping[str, AttributeValue | UUID | None]) -> bool:
    """Whether it holds for a run with these values: its attributes, and what every run can be searched by."""
    match condition:
        case Comparison():
            wanted, compare = comparable(condition.literal), _COMPARE[condition.operator]
            return any(
                kind_of(value) is condition.kind and compare(comparable(value), wanted)
                for value in _each(values.get(condition.name))
            )
        case Has():
            return any(kind_of(value) is condition.kind for value in _each(values.get(condition.name)))
        case Not():
            return not holds(condition.condition, values)
        case All():
            return all(holds(each, values) for each in condition.conditions)
        case AnyOf():
            return any(holds(each, values) for each in condition.conditions)
        case _:
            assert_never(condition)


def _each(value: AttributeValue | UUID | None) -> Iterator[Literal]:
    if isinstance(value, list):
        yield from value
    elif value is not None:
        yield value
