"""Nested functions: closures, defaults, recursion, `nonlocal`, async ones with awaits."""

import asyncio

from warren import Workflow, action, workflow


@action
async def fetch(x: int) -> int:
    return x + 100


@workflow
class NestedFunctions(Workflow):
    async def run(self, n: int) -> list:
        """The doc."""
        calls = 0

        def count(x, *more, step=1, **named):
            """Count."""
            nonlocal calls
            calls += step
            return (x, more, named)

        def fact(k):
            return 1 if k < 2 else k * fact(k - 1)

        async def get(x):
            nonlocal calls
            calls += 10
            value = await fetch(x)
            calls += 10
            return value + n

        def make(k):
            def inner(y):
                return (k, y, n)

            return inner

        counted = [count(1), count(1, 2, step=5, z=3)]
        both = await asyncio.gather(get(1), get(2))
        n += 1000
        return [counted, calls, fact(n - 1000), both, await get(3), make(1)(2), [f(0) for f in map(make, range(2))]]


CASES = [{"n": 0}, {"n": 5}]
