"""Building blocks of small concurrent programs: what one strand does, and how two or three of them are put together.

All strands write into one log, so the order of events is part of the result. Actions take no time and are answered in
the order of their calls; sleeps take longer than any number of actions.
"""

import asyncio

from warren import Workflow, action, workflow

KINDS = (
    *("acts", "fails", "returns", "raises", "yields", "sleeps", "acts twice", "finally", "catches", "swallows"),
    *("gathers", "gathers nothing", "task", "group", "group waits", "group fails"),
    *("cancels itself", "times out", "waits for"),
)
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


@action
async def act(x: object) -> object:
    return x


@action
async def fail(x: object) -> object:
    raise ValueError(x)


async def twice(x):
    return [await act(x), await act(x)]


async def block(kind: str, log: list, tag: int) -> object:
    """What one strand does; `tag` tells the strands apart, and makes their sleeps end at different times."""
    log.append((tag, "begins"))
    if kind == "acts":
        log.append((tag, await act(tag)))
    elif kind == "fails":
        await fail(tag)
    elif kind == "returns":
        pass
    elif kind == "raises":
        raise KeyError(tag)
    elif kind == "yields":
        await asyncio.sleep(0)
        log.append((tag, "one turn"))
        await asyncio.sleep(0)
        log.append((tag, "two turns"))
    elif kind == "sleeps":
        log.append((tag, await asyncio.sleep(1 + tag / 10, "slept")))
    elif kind == "acts twice":
        log.append((tag, await twice(tag)))
    elif kind == "finally":
        try:
            await asyncio.sleep(1 + tag / 10)
        finally:
            log.append((tag, await act((tag, "finally"))))
    elif kind == "catches":
        try:
            await fail(tag)
        except ValueError as error:
            log.append((tag, repr(error)))
            await asyncio.sleep(0)
    elif kind == "swallows":
        try:
            await asyncio.sleep(2 + tag / 10)
        except asyncio.CancelledError:
            log.append((tag, "swallowed"))
            await asyncio.sleep(0)
    elif kind == "gathers":
        log.append((tag, await asyncio.gather(act((tag, 1)), note(log, tag), asyncio.sleep(0, "s"), twice((tag, 2)))))
    elif kind == "gathers nothing":
        log.append((tag, await asyncio.gather()))
    elif kind == "task":
        task = asyncio.create_task(note(log, tag))
        log.append((tag, "made a task"))
        log.append((tag, await task, await task, task.done()))
    elif kind == "group":
        async with asyncio.TaskGroup() as group:
            first = group.create_task(act((tag, 1)))
            second = group.create_task(note(log, tag))
        log.append((tag, first.result(), second.result()))
    elif kind == "group waits":
        try:
            async with asyncio.TaskGroup() as group:
                first = group.create_task(asyncio.sleep(1 + tag / 10, "slept"))
                group.create_task(note(log, tag))
        finally:
            log.append((tag, first.done(), first.cancelled()))
    elif kind == "group fails":
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(fail(tag))
                first = group.create_task(block("finally", log, tag))
                await asyncio.sleep(1)
        except ExceptionGroup as error:
            log.append((tag, repr(error.exceptions), first.cancelled()))
            await asyncio.sleep(0)
    elif kind == "cancels itself":
        tasks = []
        tasks.append(asyncio.create_task(cancel_itself(log, tag, tasks)))
        try:
            await tasks[0]
        finally:
            log.append((tag, tasks[0].cancelled()))
    elif kind == "times out":
        try:
            async with asyncio.timeout(0.5 + tag / 10):
                await asyncio.sleep(3 + tag / 10)
        except TimeoutError:
            log.append((tag, "too late"))
    elif kind == "waits for":
        try:
            log.append((tag, await asyncio.wait_for(note(log, tag), 5)))
            log.append((tag, await asyncio.wait_for(asyncio.sleep(3 + tag / 10), 0.5 + tag / 10)))
        except TimeoutError:
            log.append((tag, "waited"))
    log.append((tag, "ends"))
    return tag


async def note(log: list, tag: int) -> str:
    """A strand that waits for nothing but its turns."""
    log.append((tag, "noted"))
    await asyncio.sleep(0)
    log.append((tag, "noted again"))
    return "noted"


async def cancel_itself(log: list, tag: int, tasks: list) -> None:
    """A strand that is cancelled while it runs: at its next wait."""
    log.append((tag, "cancels itself", tasks[0].cancel("itself")))
    try:
        await asyncio.sleep(tag % 2)
    except asyncio.CancelledError as error:
        log.append((tag, error.args))
        raise


async def watch(log: list) -> None:
    """Counts turns beside the others, so that it shows when they have theirs."""
    for turn in range(12):
        log.append(("turn", turn))
        await asyncio.sleep(0)


async def together(shape: str, kinds: list, log: list) -> object:
    """Put the strands together."""
    made = [block(kind, log, tag) for tag, kind in enumerate(kinds, 1)]
    if shape == "one after the other":
        return [await one for one in made]
    if shape == "gather":
        return await asyncio.gather(*made)
    if shape == "gather exceptions":
        return [repr(one) for one in await asyncio.gather(*made, return_exceptions=True)]
    if shape == "gather static":
        return await asyncio.gather(act("first"), made[0], asyncio.gather(*made[1:], act("inner")), made[0])
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


async def ended(shape: str, kinds: list, log: list) -> object:
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


async def cancelled(shape: str, kinds: list, log: list) -> object:
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
        log: list = []
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
        return [result, log]
