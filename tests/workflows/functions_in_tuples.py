"""A tuple of functions and actions outside the workflow, as a table of steps."""

from warren import Workflow, action, workflow


@action
async def fetch(x: int) -> int:
    return x + 1


@action
async def store(x: int) -> str:
    return f"stored {x}"


def double(x: int) -> int:
    return x * 2


STEPS = (double, abs, lambda x: x - 1)
ACTIONS = (("fetch", fetch), ("store", store))


@workflow
class FunctionsInTuples(Workflow):
    async def run(self, x: int) -> list:
        out = [step(x) for step in STEPS]
        for name, act in ACTIONS:
            out.append((name, await act(x)))
        return out


CASES = [{"x": 3}, {"x": -3}]
