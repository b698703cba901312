"""`cancel()`: with a message, before the first turn, of itself, of a gather, and of what swallows it."""

import asyncio

from warren import Workflow, action, workflow


@action
async def act(x: int) -> int:
    return x


@workflow
class CancellingTasks(Workflow):
    async def run(self, turns: int) -> list:
        log = []

        async def waits(name: str) -> str:
            log.append(name)
            try:
                await asyncio.sleep(30)
            except asyncio.CancelledError as error:
                log.append([name, error.args])
                if name == "swallows":
                    return name
                raise
            return "slept"

        async def cancels_itself(own: list) -> str:
            log.append(own[0].cancel("myself"))
            await asyncio.sleep(0)
            return "not cancelled"

        tasks = [asyncio.create_task(waits("raises")), asyncio.create_task(waits("swallows"))]
        own: list = []
        own.append(asyncio.create_task(cancels_itself(own)))
        tasks.extend(own)
        group = asyncio.gather(waits("child"), asyncio.sleep(30), asyncio.sleep(20), return_exceptions=True)
        for _ in range(turns):
            await asyncio.sleep(0)
        log.append([task.cancel("outside") for task in tasks])
        log.append([group.cancel("all"), group.done(), group.cancelled()])
        log.append([task.done() for task in tasks])
        for waited in [*tasks, group]:
            try:
                log.append(await waited)
            except asyncio.CancelledError as error:
                log.append(["cancelled", type(error).__name__])
        for task in tasks:
            try:
                log.append([task.cancelled(), task.cancel(), task.exception()])
            except asyncio.CancelledError:
                log.append("exception() raises what cancelled it")
        log.append(group.cancelled())
        first = asyncio.create_task(waits("in a gather"))
        both = asyncio.gather(first, act(1), return_exceptions=True)
        await asyncio.sleep(0)
        first.cancel("one of two")
        log.append([repr(one) for one in await both])
        return log


CASES = [{"turns": 0}, {"turns": 1}, {"turns": 2}]
