"""Pure data work between actions: sorting, grouping, reducing."""

from functools import reduce

from warren import Workflow, action, workflow


@action
async def load() -> list[dict]:
    return [{"k": "b", "v": 1}, {"k": "a", "v": 2}, {"k": "b", "v": 3}]


@workflow
class SortingAndGrouping(Workflow):
    async def run(self, top: int) -> list:
        groups: dict[str, list[int]] = {}
        for row in await load():
            groups.setdefault(row["k"], []).append(row["v"])
        ranked = sorted(groups.items(), key=lambda pair: (-sum(pair[1]), pair[0]))[:top]
        product = reduce(lambda a, b: a * b, [value for _, values in ranked for value in values], 1)
        return [ranked, product, dict(ranked), {k: max(v) for k, v in groups.items()}]


CASES = [{"top": 1}, {"top": 2}, {"top": 0}]
