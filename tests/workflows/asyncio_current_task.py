"""`asyncio.current_task()`: cancelling itself, counting that, and taking it back."""

import asyncio

from warren import Workflow, action, workflow


@action
async def act(x: object) -> object:
    return x


@workflow
class AsyncioCurrentTask(Workflow):
    async def run(self, times: int) -> list:
        log: list = []
        main = asyncio.current_task()

        def who() -> bool:
            return asyncio.current_task() is main

        async def child() -> str:
            task = asyncio.current_task()
            assert task is not None
            log.append([who(), task is main, task.done(), task.cancelling()])
            for number in range(times):
                log.append([task.cancel(number), task.cancelling()])
            try:
                await asyncio.sleep(0.01)
            except asyncio.CancelledError as error:
                log.append([error.args, task.cancelling()])
            while task.cancelling():
                log.append(task.uncancel())
            log.append(task.uncancel())
            await asyncio.sleep(0)
            return "child"

        task = asyncio.create_task(child())
        log.append([await task, task.cancelling(), task.cancelled(), who()])
        log.append(await asyncio.gather(child(), asyncio.sleep(0, "slept")))

        async def cancels_main() -> None:
            assert main is not None
            main.cancel("by a child")

        helper = asyncio.create_task(cancels_main())
        try:
            await asyncio.sleep(0.01)
        except asyncio.CancelledError as error:
            log.append([error.args, main.cancelling(), main.uncancel(), main.cancelled()])
        await helper
        log.append(await act(who()))
        return log


CASES = [{"times": 0}, {"times": 1}, {"times": 2}]
