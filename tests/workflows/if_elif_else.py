"""Branches, nested, with and without else, with awaits in tests."""

from warren import Workflow, action, workflow


@action
async def is_even(x: int) -> bool:
    return x % 2 == 0


@workflow
class IfElifElse(Workflow):
    async def run(self, x: int) -> str:
        label = ""
        if x < 0:
            label = "negative"
        elif x == 0:
            pass
        elif await is_even(x):
            if x > 10:
                label = "big even"
            else:
                label = "even"
        else:
            label = "odd"
        if not label:
            return "zero"
        if x > 100:
            label += "!"
        return label


CASES = [{"x": x} for x in (-1, 0, 3, 4, 12, 101, 102)]
