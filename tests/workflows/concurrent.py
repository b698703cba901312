"""`concurrent = True`: the result is the same, actions whose results are not needed yet run side by side."""

from warren import Workflow, action, workflow


@action
async def work(x: int) -> int:
    if x < 0:
        raise ValueError(x)
    return x + 1


@workflow
class Concurrent(Workflow):
    concurrent = True

    async def run(self, x: int) -> list:
        a = await work(x)
        b = await work(10)
        rows = []
        for i in range(3):
            rows.append(await work(i))
        try:
            c = await work(-x)
        except ValueError:
            c = None
        return [a + b, rows, c]


CASES = [{"x": 1}, {"x": 0}]
