"""A set display with `*`: what stands before it is hashed before anything after it is awaited."""

from warren import Workflow, action, workflow


@action
async def work(x: int) -> list:
    return [x, x + 1]


@workflow
class SetSpreadOverAwait(Workflow):
    async def run(self, unhashable: bool) -> list:
        first = [1] if unhashable else 1
        made = {first, *(await work(2)), 9, *(await work(3))}
        return sorted(made)


CASES = [{"unhashable": False}, {"unhashable": True}]
