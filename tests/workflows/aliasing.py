"""Two names for one object stay two names for one object, across awaits."""

from warren import Workflow, action, workflow


@action
async def touch(x):
    return x


@workflow
class Aliasing(Workflow):
    async def run(self, n: int) -> list:
        row = [n]
        table = {"row": row, "again": row}
        grid = [[0] * 2] * 2
        await touch(1)
        row.append(await touch(2))
        grid[0][0] = await touch(9)
        loop: list = []
        loop.append(loop)
        return [table["again"], table["row"] is row, grid, loop[0] is loop, row]


CASES = [{"n": 1}]
