"""Actions of one gather that are given one large value: each may change its own copy of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from warren import Workflow, action, workflow
from warren.testing import run_workflow


@dataclass
class Document:
    """Large enough to be shared."""

    lines: list[str]
    notes: dict[str, list[int]] = field(default_factory=dict)


@action
async def note(document: Document, number: int, *, also: Any = None) -> tuple[int, int]:
    """How many notes there are, once one more is made."""
    document.notes.setdefault("all", []).append(number)
    also["lines"].append(number)
    return sum(map(len, document.notes.values())), len(also["lines"])


@workflow
class Annotated(Workflow):
    """Ten notes on one document."""

    async def run(self, document: Document) -> list[Any]:
        copy = {"lines": document.lines}
        made = await asyncio.gather(*[note(document, n, also=copy) for n in range(10)])
        return [*made, len(document.lines), document.notes]


async def test_what_an_action_does_to_its_argument_no_other_one_sees() -> None:
    lines = ["lorem ipsum " * 5] * 50
    assert await run_workflow(Annotated, document=Document(lines)) == [(1, 51)] * 10 + [50, {}]
