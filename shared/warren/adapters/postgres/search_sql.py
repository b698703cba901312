"""A search as SQL: a condition becomes parts of `search.sql` with parameters. What people wrote never is SQL text."""

from __future__ import annotations

import re
from typing import Any, Final, assert_never

from warren.adapters.postgres.sql_files import Query, load_queries
from warren.contracts.attributes import BUILT_IN_NAMES
from warren.contracts.conditions import All, AnyOf, Comparison, Condition, Has, Not, Operator, comparable
from warren.ports import RunFilter

SEARCH: Final = load_queries("search.sql")
_PARAMETER: Final = re.compile(r"\$(\d+)")


def search_query(filter: RunFilter) -> tuple[Query, list[Any]]:  # noqa: A002 - the port's word for it
    """The statement for a list with a condition, and its arguments."""
    base, before = SEARCH["search_runs"], filter.before
    made = _Where([before and before.created_at, before and before.run_id, filter.limit])
    where = made.text(_whole(filter))
    sql = base.sql.replace("$where", where)
    names = (*base.parameters, *("where" for _ in made.arguments[3:]))
    return Query(base.name, names, sql, is_planned_anew=True), made.arguments


def _whole(filter: RunFilter) -> Condition:  # noqa: A002 - as above
    parts: list[Condition] = [] if filter.where is None else [filter.where]
    if filter.workflow is not None:
        parts.append(Comparison("workflow", Operator.EQUAL, filter.workflow))
    if filter.status is not None:
        parts.append(Comparison("status", Operator.EQUAL, filter.status.value))
    return All(tuple(parts))


class _Where:
    """Collects the arguments of one statement."""

    def __init__(self, arguments: list[Any]) -> None:
        self.arguments = arguments

    def text(self, condition: Condition) -> str:
        """An expression over a row of `runs`; true or false, never NULL."""
        ids = self._ids(condition)
        if ids is not None:
            return f"runs.id IN ({ids})"
        match condition:
            case Comparison() | Has():
                return self._leaf(condition)
            case Not():
                return self._negated(condition.condition)
            case All():
                return "(" + " AND ".join(map(self.text, condition.conditions)) + ")"
            case AnyOf():
                return "(" + " OR ".join(map(self.text, condition.conditions)) + ")"
            case _:
                assert_never(condition)

    def _negated(self, condition: Condition) -> str:
        """That it does not hold. Runs are looked at one by one then, the newest first: few have to be, as most fit."""
        match condition:
            case Comparison() | Has():
                leaf = self._leaf(condition)
                if condition.name in BUILT_IN_NAMES:
                    return f"NOT ({leaf})"
                return f"NOT EXISTS ({leaf} AND run_id = runs.id)"
            case Not():
                return self.text(condition.condition)
            case All():
                return "(" + " OR ".join(map(self._negated, condition.conditions)) + ")"
            case AnyOf():
                return "(" + " AND ".join(map(self._negated, condition.conditions)) + ")"
            case _:
                assert_never(condition)

    def _ids(self, condition: Condition) -> str | None:
        """A query for the ids of all runs for which it holds; None where that is not only about attributes."""
        match condition:
            case Comparison() | Has():
                return None if condition.name in BUILT_IN_NAMES else self._leaf(condition)
            case AnyOf() if all(map(_is_of_attributes, condition.conditions)):
                return " UNION ALL ".join(ids for each in condition.conditions if (ids := self._ids(each)))
            case _:
                return None

    def _leaf(self, condition: Comparison | Has) -> str:
        is_built_in = condition.name in BUILT_IN_NAMES
        what = condition.name if is_built_in else condition.kind
        arguments: list[Any] = [] if is_built_in else [condition.name]
        if isinstance(condition, Has):
            return self._numbered(SEARCH[f"has_{what}"].sql, arguments)
        sql = SEARCH[f"compare_{what}"].sql.replace("$operator", condition.operator.value)
        return self._numbered(sql, [*arguments, comparable(condition.literal)])

    def _numbered(self, sql: str, arguments: list[Any]) -> str:
        """A part whose parameters are numbered on from those before it."""
        first = len(self.arguments)
        self.arguments += arguments
        return _PARAMETER.sub(lambda found: f"${first + int(found[1])}", sql)


def _is_of_attributes(condition: Condition) -> bool:
    match condition:
        case Comparison() | Has():
            return condition.name not in BUILT_IN_NAMES
        case AnyOf():
            return all(map(_is_of_attributes, condition.conditions))
        case _:
            return False
