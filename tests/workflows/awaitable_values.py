"""Calls of actions are values until they are awaited: in variables, lists, dicts, from sync helpers."""

import asyncio

from warren import Workflow, action, workflow


@action
async def work(x: int) -> int:
    return x + 1


@workflow
class AwaitableValues(Workflow):
    async def run(self, x: int) -> list:
        later = work(x)
        before = x * 100
        table = {"a": work(1), "b": self.prepare(2)}
        first = await later
        values = [await table[key] for key in table]
        pick = work if x > 0 else self.helper
        return [before, first, values, await pick(x), await asyncio.gather(*[self.prepare(i) for i in range(2)])]

    def prepare(self, x: int):
        return work(x * 10)

    async def helper(self, x: int) -> str:
        return f"helper {x}"


CASES = [{"x": 1}, {"x": 0}]
