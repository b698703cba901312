"""`asyncio.shield`: what is inside goes on when the wait for it is cancelled."""

import asyncio

from warren import Workflow, action, workflow


@action
async def act(x: object) -> object:
    return x


@workflow
class AsyncioShield(Workflow):
    async def run(self, turns: int, fails: bool) -> list:
        log: list = []

        async def inside() -> str:
            for _ in range(3):
                await asyncio.sleep(0)
            log.append("inside")
            if fails:
                raise KeyError("inside")
            return "result"

        async def outside(task: asyncio.Task) -> object:
            try:
                return await asyncio.shield(task)
            except asyncio.CancelledError as error:
                log.append(["outside", error.args, task.done()])
                raise

        task = asyncio.create_task(inside())
        waiting = asyncio.create_task(outside(task))
        for _ in range(turns):
            await asyncio.sleep(0)
        log.append(waiting.cancel("enough"))
        for one in (waiting, task, asyncio.shield(task)):
            try:
                log.append(await one)
            except (KeyError, asyncio.CancelledError) as error:
                log.append(repr(error))
        log.append([waiting.cancelled(), task.cancelled(), asyncio.shield(task) is task])
        inner = asyncio.create_task(inside())
        shielded = asyncio.shield(inner)
        await asyncio.sleep(0)
        inner.cancel()
        try:
            await shielded
        except asyncio.CancelledError:
            log.append(shielded.cancelled())
        log.append(await asyncio.shield(act(1)))
        try:
            await asyncio.wait_for(asyncio.shield(asyncio.sleep(0.02)), 0.01)
        except TimeoutError:
            log.append("too late")
        return log


CASES = [{"turns": turns, "fails": fails} for turns in (1, 2, 4, 9) for fails in (False, True)]
