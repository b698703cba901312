"""`asyncio.TaskGroup` with results, and with a failure, which arrives as an ExceptionGroup."""

import asyncio

from warren import Workflow, action, workflow


@action
async def work(x: int) -> int:
    if x == 13:
        raise ValueError("unlucky")
    return x + 1


@workflow
class TaskGroups(Workflow):
    async def run(self, items: list[int]) -> list:
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(work(item)) for item in items]
                helper = group.create_task(self.helper(items))
        except ExceptionGroup as error:
            return ["failed", len(error.exceptions), str(error.exceptions[0])]
        return [[task.result() for task in tasks], await helper]

    async def helper(self, items: list[int]) -> int:
        return sum([await work(item) for item in items if item != 13])


CASES = [{"items": [1, 2, 3]}, {"items": []}, {"items": [13]}]
