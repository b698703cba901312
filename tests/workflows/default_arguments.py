"""Defaults of run, helpers and actions; a mutable default made inside."""

from datetime import timedelta

from warren import Workflow, action, workflow


@action
async def act(x: int = 5, *, wait: timedelta = timedelta(seconds=1)) -> list:
    return [x, wait]


@workflow
class DefaultArguments(Workflow):
    async def run(self, x: int = 3, *, name: str = "default", items: list[int] | None = None) -> list:
        items = [*(items or []), x]
        return [x, name, items, await act(), await act(x), self.helper(), self.helper(names=("z",))]

    def helper(self, names: tuple[str, ...] = ("a", "b"), flag: bool = False) -> list:
        return [*names, flag]


CASES = [{}, {"x": 1, "name": "given", "items": [9]}]
