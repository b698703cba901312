"""A list that changes while it is looped over behaves as in Python."""

from warren import Workflow, action, workflow


@action
async def more(x: int) -> list[int]:
    return [x - 1] if x > 0 else []


@workflow
class LoopOverChangingList(Workflow):
    async def run(self, x: int) -> list[int]:
        queue = [x]
        for item in queue:
            queue.extend(await more(item))
        return queue


CASES = [{"x": 3}, {"x": 0}]
