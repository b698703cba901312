"""Values whose classes the engine has not got: kept, compared, asked for their truth, passed on."""

from __future__ import annotations

from tests.support.whole_values import fetch, kinds

from warren import Workflow, workflow


@workflow
class ValuesKeptWhole(Workflow):
    async def run(self, what: str) -> list[object]:
        value, again = await fetch(what), await fetch(what)
        kept = {"value": value}
        names = await kinds([value, kept["value"]])
        return [
            value == again,
            value != again,
            value == 1,
            bool(value),
            [value] == [again],
            value in [again],
            names,
            kept,
        ]


CASES = [{"what": what} for what in ("address", "url", "secret", "third", "pattern", "name", "path")]
