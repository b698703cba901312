"""Assigning to, changing and deleting subscripts and slices."""

from warren import Workflow, action, workflow


@action
async def start() -> list:
    return [1, 2, 3, 4, 5]


@workflow
class SubscriptAssignment(Workflow):
    async def run(self, index: int) -> list:
        row = await start()
        table: dict = {}
        row[index] = "set"
        row[-1] += 10
        row[1:2] = ["a", "b"]
        table["x"], table["y"] = 1, [1]
        table["y"] += [2]
        table["y"][0] *= 5
        table[row[0]] = await start()
        del row[0], table["x"]
        del row[-2:]
        return [row, table]


CASES = [{"index": 0}, {"index": 3}, {"index": 5}, {"index": -9}]
