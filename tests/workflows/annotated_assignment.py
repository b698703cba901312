"""Annotated assignments, with and without a value; the annotation is not evaluated."""

from warren import Workflow, action, workflow


@action
async def number(x: int) -> int:
    return x


@workflow
class AnnotatedAssignment(Workflow):
    async def run(self, x: int) -> list:
        count: int
        total: "list[int]" = []
        if x > 0:
            count = await number(x)
        total.append(count)
        pair: tuple[int, str] = (x, "x")
        return [total, pair]


CASES = [{"x": 1}, {"x": 0}]
