"""Iterators that live across awaits keep their position."""

from warren import Workflow, action, workflow


@action
async def step(x):
    return x


@workflow
class Iterators(Workflow):
    async def run(self, n: int) -> list:
        walk = iter(range(n))
        out = []
        for item in walk:
            out.append(await step(item))
            out.append(next(walk, "end"))
        pairs = zip(range(n), "abc")
        numbered = enumerate("xyz", start=n)
        mapped = map(lambda x: x * 2, range(n))
        while (pair := next(pairs, None)) is not None:
            out.append(await step(pair))
            out.append(next(numbered, None))
        for item in filter(None, mapped):
            out.append(await step(item))
        out.append(next(reversed([1, 2, n])))
        return out


CASES = [{"n": 0}, {"n": 1}, {"n": 5}]
