"""`break`, `continue` and the loops' `else`."""

from warren import Workflow, action, workflow


@action
async def check(x: int) -> int:
    return x


@workflow
class LoopControl(Workflow):
    async def run(self, items: list[int], stop: int) -> list:
        out = []
        for item in items:
            if await check(item) == stop:
                out.append("stop")
                break
            if item < 0:
                continue
            for inner in range(item):
                if inner == 2:
                    break
                out.append((item, inner))
            else:
                out.append("inner done")
        else:
            out.append("exhausted")
        count = 0
        while count < 5:
            count += 1
            if count == stop:
                continue
            if await check(count) > stop + 1:
                break
            out.append(count)
        else:
            out.append("while done")
        return out


CASES = [
    {"items": [1, 2, 3, 4], "stop": 3},
    {"items": [1, -1, 2], "stop": 9},
    {"items": [], "stop": 0},
    {"items": [0], "stop": 0},
]
