"""A run says what it can be found by: set, changed, removed, and what is no attribute is caught."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from warren import Workflow, action, upsert_attributes, workflow


@action
async def look(n: int) -> int:
    return n + 1


@workflow
class SearchAttributes(Workflow):
    async def run(self, customer: str = "x") -> list[Any]:
        told = upsert_attributes(customer=customer, amount=5, rate=0.5, ok=True, tags=["a"])
        seen: list[Any] = [told, await look(1)]
        more = {"amount": None, "since": datetime(2026, 11, 28, tzinfo=UTC)}
        upsert_attributes(**more, tags=("b", "c"))
        for value in (b"bytes", [1], 1 << 64, "x" * 501, float("inf"), datetime(2026, 11, 28)):
            try:
                upsert_attributes(value=value)
            except (ValueError, TypeError) as error:
                seen.append(f"{type(error).__name__}: {error}")
        try:
            upsert_attributes(status="done")
        except ValueError as error:
            seen.append(str(error))
        seen.append(await look(2))
        return seen


CASES = [{}, {"customer": "y"}]
