"""Lambdas as sort keys, filters and values, with defaults and captured variables."""

from warren import Workflow, action, workflow


@action
async def rows() -> list:
    return [{"n": 2, "s": "b"}, {"n": 1, "s": "c"}, {"n": 3, "s": "a"}]


@workflow
class Lambdas(Workflow):
    async def run(self, factor: int) -> list:
        table = await rows()
        by_n = sorted(table, key=lambda row: row["n"] * factor)
        names = list(map(lambda row: row["s"], filter(lambda row: row["n"] > 1, table)))
        best = max(table, key=lambda row: (row["n"] % 3, row["s"]))
        scale = lambda x, by=factor, *rest, **more: (x * by, rest, more)
        factor += 1
        late = lambda: factor
        factor += 1
        return [by_n, names, best, scale(2), scale(2, 3, 4, k=5), late(), (lambda: 7)()]


CASES = [{"factor": 1}, {"factor": -1}]
