"""Named queries: reads the `.sql` files beside it. Knows nothing of what the queries do.

A query starts at a line `-- name: what_it_does(first, second)` and ends where the next one starts. The names in
parentheses are those of its parameters $1, $2, ... and appear in error messages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files

_HEADER = re.compile(r"^-- name: (?P<name>\w+)\((?P<parameters>[\w, ]*)\)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Query:
    """One statement. `parameters` are the names of $1, $2, ...; `is_planned_anew` means: for each call's arguments."""

    name: str
    parameters: tuple[str, ...]
    sql: str
    is_planned_anew: bool = False


def load_queries(filename: str) -> dict[str, Query]:
    """The queries of one file in the `sql` folder, by name."""
    text = files(__package__).joinpath("sql", filename).read_text(encoding="utf-8")
    headers = list(_HEADER.finditer(text))
    ends = [header.start() for header in headers[1:]] + [len(text)]
    return {
        header["name"]: Query(
            header["name"],
            tuple(part.strip() for part in header["parameters"].split(",") if part.strip()),
            _without_comments(text[header.end() : end]),
        )
        for header, end in zip(headers, ends, strict=True)
    }


def extended(base: Query, part: Query) -> Query:
    """`base` with what `part` has in its WITH list, too: one statement, so that both happen or neither."""
    parts, main = base.sql.rsplit("\n)\nSELECT", 1)
    name = f"{base.name}_and_{part.name}"
    return Query(name, (*base.parameters, *part.parameters), f"{parts}\n), {part.sql}\nSELECT{main}")


def _without_comments(text: str) -> str:
    """Comments belong to the file, and the last ones to the query after; the server need not read them."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("--")]
    return "\n".join(lines).strip()
