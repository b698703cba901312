"""Awaits inside expressions: arguments, operands, subscripts, conditions."""

from warren import Workflow, action, workflow


@action
async def inc(x: int) -> int:
    return x + 1


@action
async def items(n: int) -> list:
    return list(range(n))


@workflow
class NestedAwaits(Workflow):
    async def run(self, x: int) -> list:
        nested = await inc(await inc(await inc(x)))
        total = (await inc(x)) * 2 + await inc(x) ** 2
        picked = (await items(5))[await inc(x) % 5]
        pair = [await inc(1), (await inc(2), {"k": await inc(3)})]
        text = f"{await inc(x)!r:>5}|{(await items(2))[-1]}"
        word = "yes" if await inc(x) > 2 else "no" if await inc(x) else "never"
        return [nested, total, picked, pair, text, word]


CASES = [{"x": 0}, {"x": 5}, {"x": -1}]
