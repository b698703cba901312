"""A dict that grows while it is looped over raises RuntimeError."""

from warren import Workflow, action, workflow


@action
async def touch(x: str) -> str:
    return x * 2


@workflow
class LoopOverChangingDict(Workflow):
    async def run(self, grow: bool) -> dict:
        table = {"a": 1, "b": 2}
        for key in table:
            new = await touch(key)
            if grow:
                table[new] = 0
            else:
                table[key] += 1
        return table


CASES = [{"grow": False}, {"grow": True}]
