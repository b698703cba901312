"""One action after another; each result feeds the next."""

from warren import Workflow, action, workflow


@action
async def add(a: int, b: int = 1) -> int:
    return a + b


@action
async def describe(value: int, *, label: str) -> str:
    return f"{label}={value}"


@workflow
class Sequential(Workflow):
    async def run(self, start: int) -> str:
        first = await add(start)
        second = await add(first, b=10)
        third = await add(b=100, a=second)
        return await describe(third, label="total")


CASES = [{"start": 0}, {"start": -111}, {"start": 10**30}]
