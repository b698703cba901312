"""Sets and keys of records whose classes the workflow does not name."""

from __future__ import annotations

from tests.support.whole_values import fetch, kinds

from warren import Workflow, workflow


@workflow
class SetsOfRecords(Workflow):
    async def run(self) -> list[object]:
        seats, models = await fetch("seats"), await fetch("models")
        found = {seat.letter for seat in seats}
        return [sorted(found), len(seats), [models[model] for model in models], await kinds([*seats, *models])]


CASES = [{}]
