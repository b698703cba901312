"""`gather` with both values of `return_exceptions`."""

import asyncio

from warren import Workflow, action, workflow


@action
async def check(x: int) -> int:
    if x < 0:
        raise ValueError(f"negative: {x}")
    return x


@workflow
class GatherExceptions(Workflow):
    async def run(self, items: list[int], collect: bool) -> list:
        if collect:
            results = await asyncio.gather(*[check(item) for item in items], return_exceptions=True)
            return [str(result) if isinstance(result, Exception) else result for result in results]
        try:
            return await asyncio.gather(*[check(item) for item in items], return_exceptions=False)
        except ValueError as error:
            return ["caught", *error.args]


CASES = [
    {"items": [1, -2, 3], "collect": True},
    {"items": [1, 2], "collect": True},
    {"items": [1, -2], "collect": False},
    {"items": [1, 2], "collect": False},
]
