"""What leaves a `TaskGroup`: the failures of its tasks in their order, then that of its body; or a cancellation."""

import asyncio

from warren import Workflow, action, workflow


@action
async def fail(x: int) -> int:
    raise ValueError(x)


@workflow
class TaskGroupFailures(Workflow):
    async def run(self, body: str) -> list:
        log = []

        async def cleans_up(name: str) -> None:
            try:
                await asyncio.sleep(30)
            finally:
                log.append(name)
                if "fails" in body:
                    raise KeyError(name)

        async def grouped() -> str:
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(cleans_up("first"))
                    if body == "child fails":
                        group.create_task(fail(1))
                    await asyncio.sleep(0)
                    if body == "fails":
                        raise IndexError("body")
                    if body == "returns":
                        return "from the body"
                    await asyncio.sleep(30)
            except ExceptionGroup as error:
                log.append([repr(one) for one in error.exceptions])
            await asyncio.sleep(0)
            return "after"

        task = asyncio.create_task(grouped())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if body in {"returns", "cancelled"}:
            log.append(task.cancel("from outside"))
        try:
            log.append(await task)
        except asyncio.CancelledError:
            log.append("cancelled")
        return log


RACES = True  # what comes first decides
CASES = [{"body": "child fails"}, {"body": "fails"}, {"body": "returns"}, {"body": "cancelled"}]
