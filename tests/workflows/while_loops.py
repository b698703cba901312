"""`while` with conditions that await, and `while True`."""

from warren import Workflow, action, workflow


@action
async def halve(x: int) -> int:
    return x // 2


@workflow
class WhileLoops(Workflow):
    async def run(self, x: int) -> list:
        steps = []
        while (x := await halve(x)) > 0:
            steps.append(x)
        while True:
            x += 1
            if x > 3:
                break
        while len(steps) > 2:
            steps.pop()
        return [steps, x]


CASES = [{"x": 100}, {"x": 1}, {"x": 0}]
