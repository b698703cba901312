"""`await` in the elements, conditions and iterables of comprehensions."""

from warren import Workflow, action, workflow


@action
async def double(x: int) -> int:
    if x > 90:
        raise ValueError(x)
    return x * 2


@action
async def items(n: int) -> list:
    return list(range(n))


@workflow
class AwaitsInComprehensions(Workflow):
    async def run(self, n: int) -> list:
        x = "outer"
        listed = [await double(x) for x in await items(n)]
        chosen = [x for x in range(n) if await double(x) > 2]
        grid = [(a, b) for a in await items(2) for b in await items(a + 1) if b or await double(a)]
        table = {str(x): await double(x) for x in listed}
        unique = {await double(x % 2) for x in range(n)}
        lazily = sum(x for x in await items(n)), ",".join(str(x) for x in await items(2))
        return [lazily, x, listed, chosen, grid, table, sorted(unique)]


CASES = [{"n": 0}, {"n": 4}, {"n": 60}]
