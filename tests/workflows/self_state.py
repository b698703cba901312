"""Attributes set in `__init__`, by helpers and in run, shared between them."""

from warren import Workflow, action, workflow


@action
async def fetch(x: int) -> int:
    return x


@workflow
class SelfState(Workflow):
    start = 10
    names = ("a", "b")
    count: int

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.seen: list[int] = []
        self.table = {"start": self.start}

    async def run(self, n: int) -> list:
        for i in range(n):
            await self.step(i)
        self.start += n
        seen, self.seen = self.seen, []
        del self.table["start"]
        self.table["late"] = await fetch(1)
        return [self.count, seen, self.seen, self.start, type(self).start, self.names[0], self.table]

    async def step(self, i: int) -> None:
        self.count += await fetch(i)
        self.seen.append(i)


CASES = [{"n": 3}, {"n": 0}]
