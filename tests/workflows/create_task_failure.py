"""A task's exception arrives where the task is awaited, not before."""

import asyncio

from warren import Workflow, action, workflow


@action
async def fail(x: int) -> int:
    raise ValueError(x)


@action
async def work(x: int) -> int:
    return x


@workflow
class CreateTaskFailure(Workflow):
    async def run(self, catch: bool) -> list:
        task = asyncio.create_task(fail(1))
        value = await work(2)
        try:
            await task
        except ValueError as error:
            if not catch:
                raise
            return [value, error.args]
        return []


CASES = [{"catch": True}, {"catch": False}]
