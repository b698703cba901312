"""`iter` with a sentinel, calls that are gathered twice, sets among sets, and the names of what is not iterable."""

import asyncio

from warren import Workflow, action, workflow


@action
async def act(x: int) -> int:
    return x * 2


@workflow
class OddIterations(Workflow):
    async def later(self, x):
        return await act(x)

    async def run(self, x: int) -> list:
        out = []
        stack = [x, 1, 0, 2]
        until = iter(stack.pop, 0)
        for item in until:
            out.append(await act(item))
        out.append(next(until, "end"))
        call, coroutine = act(x), self.later(x)
        out.append(await asyncio.gather(call, act(1), call, coroutine, coroutine))
        task = asyncio.create_task(act(9))
        out.append(await asyncio.gather(task, task))
        out.append([{1} in {frozenset([1])}, {2} in [{2}], {x} not in {frozenset([5])}])
        for step in range(6):
            try:
                match step:
                    case 0:
                        out.append({"a": 1}.keys() + 1)
                    case 1:
                        out.append({"a": 1}.items()[0])
                    case 2:
                        out.append(map(len))
                    case 3:
                        out.append(enumerate([1], start="a"))
                    case 4:
                        out.append(len(zip([1])))
                    case _:
                        out.append("a".replace("b"))
            except TypeError as error:
                out.append(str(error))
        return out


CASES = [{"x": 3}, {"x": 0}]
