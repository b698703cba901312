"""Between attributes and memos of runs and their rows: columns for `unnest` one way, values the other. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, assert_never
from uuid import UUID

from warren.adapters.postgres.connections import Row
from warren.adapters.postgres.rows import Columns
from warren.contracts.attributes import AttributeValue
from warren.contracts.conditions import comparable
from warren.ports import NewRun, RunDetails, RunUpdate


class _Value(NamedTuple):
    """One row of `run_attributes`."""

    run_id: UUID
    name: str
    position: int
    kind: str
    text: str | None = None
    number: Decimal | None = None
    flag: bool | None = None
    moment: datetime | None = None


def set_columns(updates: Sequence[RunUpdate]) -> Columns:
    """Columns of `set_attributes`, in the order of the primary key."""
    changes: dict[UUID, dict[str, AttributeValue | None]] = {}
    for update in updates:
        if update.attributes:
            changes.setdefault(update.run_id, {}).update(update.attributes)
    rows: list[_Value] = []
    cuts: list[tuple[UUID, str, int]] = []
    for run_id in sorted(changes):
        for name, value in sorted(changes[run_id].items()):
            made = [] if value is None else list(_rows(run_id, name, value))
            rows += made
            cuts.append((run_id, name, len(made)))
    return (*_columns(rows, _Value._fields), *_columns(cuts, ("run_id", "name", "cut_to")))


def detail_columns(runs: Sequence[NewRun]) -> Columns:
    """Columns of `create_details`."""
    rows = [row for run in runs for name, value in run.attributes.items() for row in _rows(run.run_id, name, value)]
    memos = [(run.run_id, run.memo) for run in runs if run.memo is not None]
    return (*_columns(rows, _Value._fields), *_columns(memos, ("run_id", "memo")))


def to_details(attributes: Iterable[Row], memos: Iterable[Row]) -> dict[UUID, RunDetails]:
    """From the rows of `attributes_of` and `memos_of`."""
    values: dict[UUID, dict[str, AttributeValue]] = {}
    for row in attributes:
        known = values.setdefault(row["run_id"], {})
        _add(known, row)
    texts: Mapping[UUID, str] = {row["run_id"]: row["memo"] for row in memos}
    return {run_id: RunDetails(values.get(run_id, {}), texts.get(run_id)) for run_id in {**values, **texts}}


def _columns(rows: Sequence[tuple[Any, ...]], names: Sequence[str]) -> Columns:
    return tuple([row[index] for row in rows] for index in range(len(names)))


def _rows(run_id: UUID, name: str, value: AttributeValue) -> Iterator[_Value]:
    match value:
        case bool():
            yield _Value(run_id, name, 0, "bool", flag=value)
        case int() | float():
            yield _Value(run_id, name, 0, type(value).__name__, number=comparable(value))
        case str():
            yield _Value(run_id, name, 0, "str", text=value)
        case datetime():
            yield _Value(run_id, name, 0, "datetime", moment=value)
        case list():
            for position, text in enumerate(value or [None]):
                yield _Value(run_id, name, position, "list", text=text)
        case _:
            assert_never(value)


def _add(known: dict[str, AttributeValue], row: Row) -> None:
    name = row["name"]
    match row["kind"]:
        case "list":
            texts = known.setdefault(name, [])
            if row["text"] is not None and isinstance(texts, list):
                texts.append(row["text"])
        case "int":
            known[name] = int(row["number"])
        case "float":
            known[name] = float(row["number"])
        case "bool":
            known[name] = row["flag"]
        case "datetime":
            known[name] = row["moment"]
        case _:
            known[name] = row["text"]
