"""An await in a comprehension's first iterable is evaluated outside of it: the comprehension itself stays one."""

import asyncio

from warren import Workflow, action, workflow


@action
async def numbers(n: int) -> list:
    return list(range(n))


@workflow
class ComprehensionOverAwaited(Workflow):
    async def run(self, n: int) -> list:
        found = next((x for x in await numbers(n) if x > 1), None)
        functions = [lambda: x for x in await numbers(n)]
        biggest = max((x for x in await numbers(n)), default=-1)
        try:
            mixed = {n, *(await numbers(n)), *float(n)}
        except TypeError as error:
            mixed = str(error)
        try:
            mixed = [mixed, {[], *n}]
        except TypeError as error:
            mixed = [mixed, str(error), sorted({n, *[1, 2], 3}), sorted({*[], *(4, n), 5})]
        slept = await asyncio.create_task(asyncio.sleep(0, result=n))
        return [found, [function() for function in functions], biggest, mixed, slept, [x for x in range(n)]]


CASES = [{"n": 0}, {"n": 1}, {"n": 4}]
