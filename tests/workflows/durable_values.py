"""Time, ids and chance that the engine decides: the same on replay, and of the right types."""

import warren
from warren import Workflow, action, workflow


@action
async def work(x: int) -> int:
    return x


@workflow
class DurableValues(Workflow):
    async def run(self, n: int) -> list:
        started = warren.now()
        ids = [warren.uuid4() for _ in range(n)]
        draws = [warren.random() for _ in range(n)]
        await work(1)
        warren.log(f"made {len(ids)} ids", level="debug")
        later = warren.now()
        return [
            later >= started,
            started.tzinfo is not None,
            len({*ids}),
            all(0 <= draw < 1 for draw in draws),
            len(str(warren.uuid4())),
        ]


CASES = [{"n": 0}, {"n": 3}]
