"""Tasks run to their first wait in the order in which they were made, before whoever lets them go on goes on."""

import asyncio

from warren import Workflow, action, workflow


@action
async def act(x: int) -> int:
    await asyncio.sleep(0)
    return x


@workflow
class OrderOfTasks(Workflow):
    async def run(self, n: int) -> list:
        order = []

        async def note(name: str) -> None:
            order.append(name)
            await asyncio.sleep(0)
            order.append(name + " again")

        tasks = [asyncio.create_task(note(f"task {i}")) for i in range(n)]
        group = asyncio.gather(*[note(f"child {i}") for i in range(n)])
        order.append("main")
        await asyncio.sleep(0)
        order.append("after the first turn")
        await asyncio.sleep(0)
        order.append("after the second turn")
        await group
        for task in tasks:
            await task
        try:
            asyncio.create_task(5)
        except TypeError as error:
            order.append(str(error))
        order.append(await act(n))
        return order


CASES = [{"n": 0}, {"n": 1}, {"n": 3}]
