"""How two or three strands (`order_blocks`) are put together, and ended early: one workflow that has it all."""

import asyncio

from tests.oracle import order_blocks
from tests.oracle.order_blocks import Log, block

from warren import Workflow, workflow

TOGETHER = (
    *("one after the other", "gather", "gather exceptions", "gather static", "gather and go on", "tasks"),
    *("tasks backwards", "tasks gathered", "done tasks gathered"),
    "all at the end",
)
ENDED = (
    *("group", "group fails", "group sleeps", "timeout", "timeout of group", "timeouts", "no time", "wait for all"),
    *("wait for gather", "wait not", "wait without end", "cancel gather", "cancel gather exceptions", "cancel at once"),
    *("cancel later", "cancel in a turn", "cancel in two turns", "cancel again"),
)


async def watch(log: Log) -> None:
    """Counts turns beside the others, so that it shows when they have theirs."""
    for turn in range(12):
        log.append(("turn", turn))
        await asyncio.sleep(0)


async def together(shape: str, kinds: list, log: Log) -> object:
    """Put the strands together."""
    made = [block(kind, log, tag) for tag, kind in enumerate(kinds, 1)]
    if shape == "one after the other":
        return [await one for one in made]
    if shape == "gather":
        return await asyncio.gather(*made)
    if shape == "gather exceptions":
        return [repr(one) for one in await asyncio.gather(*made, return_exceptions=True)]
    if shape == "gather static":
        return await asyncio.gather(
            order_blocks.act("first"), made[0], asyncio.gather(*made[1:], order_blocks.act("inner")), made[0]
        )
    if shape == "gather and go on":
        group = asyncio.gather(*made, return_exceptions=True)
        for turn in range(5):
            log.append(("main", turn, group.done()))
            await asyncio.sleep(0)
        return [repr(one) for one in await group]
    tasks = [asyncio.create_task(one) for one in made]
    if shape == "tasks":
        log.append("made")
        return [await task for task in tasks]
    if shape == "tasks backwards":
        return [await task for task in reversed(tasks)] + [await task for task in tasks]
    if shape in {"tasks gathered", "done tasks gathered"}:
        if shape.startswith("done"):
            await asyncio.sleep(0)
        return await asyncio.gather(*tasks, *tasks)
    if shape == "all at the end":
        await asyncio.sleep(9)
        return [(task.done(), task.cancelled(), repr(task.exception())) for task in tasks]
    raise ValueError(shape)


async def ended(shape: str, kinds: list, log: Log) -> object:
    """Put the strands together in a way that ends some of them early."""
    if shape == "group":
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(block(kind, log, tag)) for tag, kind in enumerate(kinds, 1)]
            log.append("body ends")
        return [task.result() for task in tasks]
    if shape == "group fails":
        async with asyncio.TaskGroup() as group:
            for tag, kind in enumerate(kinds, 1):
                group.create_task(block(kind, log, tag))
            await asyncio.sleep(0)
            raise IndexError("body")
    if shape == "group sleeps":
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(block(kind, log, tag)) for tag, kind in enumerate(kinds, 1)]
            try:
                await asyncio.sleep(8)
            except asyncio.CancelledError:
                log.append("body cancelled")
                raise
        return [task.result() for task in tasks]
    if shape == "timeout":
        async with asyncio.timeout(0.75) as limit:
            result = await asyncio.gather(*[block(kind, log, tag) for tag, kind in enumerate(kinds, 1)])
        return [result, limit.expired()]
    if shape == "timeout of group":
        async with asyncio.timeout(0.75):
            async with asyncio.TaskGroup() as group:
                for tag, kind in enumerate(kinds, 1):
                    group.create_task(block(kind, log, tag))
        return "in time"
    if shape == "timeouts":
        async with asyncio.timeout(0.85):
            async with asyncio.timeout(0.55):
                await block(kinds[0], log, 1)
            return [await block(kind, log, tag) for tag, kind in enumerate(kinds, 1)]
    if shape == "no time":
        async with asyncio.timeout(0):
            return await asyncio.gather(*[block(kind, log, tag) for tag, kind in enumerate(kinds, 1)])
    if shape == "wait for all":
        return await asyncio.wait_for(together("gather", kinds, log), 0.75)
    if shape == "wait for gather":
        made = [block(kind, log, tag) for tag, kind in enumerate(kinds, 1)]
        return await asyncio.wait_for(asyncio.gather(*made, return_exceptions=True), 0.75) and "all"
    if shape == "wait not":
        return await asyncio.wait_for(together("gather", kinds, log), 0)
    if shape == "wait without end":
        return await asyncio.wait_for(together("tasks", kinds, log), None)
    return await cancelled(shape, kinds, log)


async def cancelled(shape: str, kinds: list, log: Log) -> object:
    """Cancel strands at different moments."""
    if shape == "cancel gather":
        group = asyncio.gather(*[block(kind, log, tag) for tag, kind in enumerate(kinds, 1)])
        await asyncio.sleep(0)
        log.append(("cancel", group.cancel(), group.done()))
        try:
            return await group
        finally:
            log.append((group.done(), group.cancelled()))
    if shape == "cancel gather exceptions":
        group = asyncio.gather(*[block(kind, log, tag) for tag, kind in enumerate(kinds, 1)], return_exceptions=True)
        log.append(("cancel", group.cancel("why"), group.done()))
        return [repr(one) for one in await group]
    tasks = [asyncio.create_task(block(kind, log, tag)) for tag, kind in enumerate(kinds, 1)]
    if shape == "cancel later":
        await asyncio.sleep(0.65)
    elif shape == "cancel in a turn":
        await asyncio.sleep(0)
    elif shape == "cancel in two turns":
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    for task in tasks:
        log.append(("cancel", task.cancel("why"), task.done(), task.cancelled()))
    if shape == "cancel again":
        await asyncio.sleep(0)
        for task in tasks:
            log.append(("again", task.cancel(), task.done()))
    for task in tasks:
        try:
            log.append(await task)
        except asyncio.CancelledError as error:
            log.append(("was cancelled", error.args, task.cancelled()))
        except Exception as error:
            log.append(repr(error))
    return [task.cancelled() for task in tasks]


@workflow
class Together(Workflow):
    async def run(self, shape: str, kinds: list[str], watched: bool) -> object:
        log = Log()
        watcher = asyncio.create_task(watch(log)) if watched else None
        try:
            if shape in TOGETHER:
                result = await together(shape, kinds, log)
            else:
                result = await ended(shape, kinds, log)
        except asyncio.CancelledError as error:
            result = ["cancelled", error.args]
        except ExceptionGroup as error:
            result = [str(error), [repr(one) for one in error.exceptions]]
        except Exception as error:
            result = repr(error)
        log.append("result")
        if watcher is not None:
            await watcher
        await asyncio.sleep(20)  # whatever is left over comes to its end
        return [result, log.lines]
