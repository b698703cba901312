"""Values of known classes that the engine keeps whole: shown, and keys."""

from __future__ import annotations

from tests.support.whole_values import fetch

from warren import Workflow, workflow


@workflow
class ValuesShown(Workflow):
    async def run(self, what: str) -> list[object]:
        value = await fetch(what)
        return [str(value), repr(value), f"{value}", {value: 1}[value], len({value, value})]


CASES = [{"what": what} for what in ("address", "url", "secret", "third", "pattern", "path")]
