"""What is spread before an await is spread before it: its errors come first, and later changes do not count."""

import asyncio

from warren import Workflow, action, workflow


@action
async def act(x: object) -> object:
    return x


def keywords(**values):
    return values


@workflow
class SpreadingBeforeAwait(Workflow):
    async def change(self, target):
        if isinstance(target, list):
            target.append("changed")
        else:
            target["changed"] = True
        return await act("done")

    async def run(self, x: object) -> list:
        out = []
        for step in range(5):
            numbers, mapping = [1, 2], {"a": 1}
            try:
                if step == 0:
                    out.append([*numbers, await self.change(numbers)])
                elif step == 1:
                    out.append({**mapping, "b": await self.change(mapping)})
                elif step == 2:
                    out.append(keywords(**mapping, b=await self.change(mapping)))
                elif step == 3:
                    out.append({**x, "b": await act(1)})
                else:
                    out.append([*x, await act(2)])
            except TypeError as error:
                out.append(str(error))
        return out


CASES = [{"x": {"k": 1}}, {"x": [1]}, {"x": 5}]
