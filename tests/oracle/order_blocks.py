"""Building blocks of small concurrent programs: what one strand does (`order_shapes` puts two or three together).

All strands write into one log, so the order of events is part of the result. Actions take no time and are answered in
the order of their calls; sleeps take longer than any number of actions.
"""

import asyncio
from dataclasses import dataclass, field

from warren import action


@action
async def act(x: object) -> object:
    return x


@action
async def fail(x: object) -> object:
    raise ValueError(x)


async def twice(x):
    return [await act(x), await act(x)]


@dataclass
class Log:
    """What all strands write into, and over what they meet."""

    lines: list = field(default_factory=list)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    event: asyncio.Event = field(default_factory=asyncio.Event)
    semaphore: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))
    condition: asyncio.Condition = field(default_factory=lambda: asyncio.Condition())
    queue: asyncio.Queue = field(default_factory=lambda: asyncio.Queue(1))

    def append(self, line: object) -> None:
        self.lines.append(line)


async def acts(log: Log, tag: int) -> None:
    log.append((tag, await act(tag)))


async def fails(log: Log, tag: int) -> None:
    await fail(tag)


async def returns(log: Log, tag: int) -> None:
    pass


async def raises(log: Log, tag: int) -> None:
    raise KeyError(tag)


async def yields(log: Log, tag: int) -> None:
    await asyncio.sleep(0)
    log.append((tag, "one turn"))
    await asyncio.sleep(0)
    log.append((tag, "two turns"))


async def sleeps(log: Log, tag: int) -> None:
    log.append((tag, await asyncio.sleep(1 + tag / 10, "slept")))


async def acts_twice(log: Log, tag: int) -> None:
    log.append((tag, await twice(tag)))


async def acts_finally(log: Log, tag: int) -> None:
    try:
        await asyncio.sleep(1 + tag / 10)
    finally:
        log.append((tag, await act((tag, "finally"))))


async def catches(log: Log, tag: int) -> None:
    try:
        await fail(tag)
    except ValueError as error:
        log.append((tag, repr(error)))
        await asyncio.sleep(0)


async def swallows(log: Log, tag: int) -> None:
    try:
        await asyncio.sleep(2 + tag / 10)
    except asyncio.CancelledError:
        log.append((tag, "swallowed"))
        await asyncio.sleep(0)


async def gathers(log: Log, tag: int) -> None:
    log.append((tag, await asyncio.gather(act((tag, 1)), note(log, tag), asyncio.sleep(0, "s"), twice((tag, 2)))))


async def gathers_nothing(log: Log, tag: int) -> None:
    log.append((tag, await asyncio.gather()))


async def awaits_a_task(log: Log, tag: int) -> None:
    task = asyncio.create_task(note(log, tag))
    log.append((tag, "made a task"))
    log.append((tag, await task, await task, task.done()))


async def has_a_group(log: Log, tag: int) -> None:
    async with asyncio.TaskGroup() as group:
        first = group.create_task(act((tag, 1)))
        second = group.create_task(note(log, tag))
    log.append((tag, first.result(), second.result()))


async def has_a_group_that_waits(log: Log, tag: int) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            first = group.create_task(asyncio.sleep(1 + tag / 10, "slept"))
            group.create_task(note(log, tag))
    finally:
        log.append((tag, first.done(), first.cancelled()))


async def has_a_group_that_fails(log: Log, tag: int) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail(tag))
            first = group.create_task(block("finally", log, tag))
            await asyncio.sleep(1)
    except ExceptionGroup as error:
        log.append((tag, repr(error.exceptions), first.cancelled()))
        await asyncio.sleep(0)


async def cancels_itself(log: Log, tag: int) -> None:
    tasks = []
    tasks.append(asyncio.create_task(cancel_itself(log, tag, tasks)))
    try:
        await tasks[0]
    finally:
        log.append((tag, tasks[0].cancelled()))


async def times_out(log: Log, tag: int) -> None:
    try:
        async with asyncio.timeout(0.5 + tag / 10):
            await asyncio.sleep(3 + tag / 10)
    except TimeoutError:
        log.append((tag, "too late"))


async def waits_for(log: Log, tag: int) -> None:
    try:
        log.append((tag, await asyncio.wait_for(note(log, tag), 5)))
        log.append((tag, await asyncio.wait_for(asyncio.sleep(3 + tag / 10), 0.5 + tag / 10)))
    except TimeoutError:
        log.append((tag, "waited"))


async def locks(log: Log, tag: int) -> None:
    async with log.lock:
        log.append((tag, "has the lock"))
        await asyncio.sleep(0)
        log.append((tag, await act(tag), log.lock.locked()))


async def is_one_of_two(log: Log, tag: int) -> None:
    async with log.semaphore:
        log.append((tag, "is one of two", log.semaphore.locked()))
        await asyncio.sleep(0.31 + tag / 10)
    async with log.semaphore:
        log.append((tag, "again"))


async def puts(log: Log, tag: int) -> None:
    for number in range(2):
        await asyncio.wait_for(log.queue.put((tag, number)), 2.57 + tag / 10)
        log.append((tag, "put", number, log.queue.qsize()))


async def gets(log: Log, tag: int) -> None:
    log.append((tag, await asyncio.wait_for(log.queue.get(), 2.13 + tag / 10)))
    log.queue.task_done()


async def sets(log: Log, tag: int) -> None:
    log.event.set()
    await asyncio.sleep(0)
    log.event.clear()
    log.append((tag, "cleared"))


async def waits_for_the_event(log: Log, tag: int) -> None:
    log.append((tag, await asyncio.wait_for(log.event.wait(), 1.73 + tag / 10), log.event.is_set()))


async def notifies(log: Log, tag: int) -> None:
    async with log.condition:
        log.append((tag, "notifies"))
        log.condition.notify()
        await asyncio.sleep(0)
        log.append((tag, "notified"))


async def waits_for_the_condition(log: Log, tag: int) -> None:
    async with log.condition:
        try:
            log.append((tag, await asyncio.wait_for(log.condition.wait(), 1.46 + tag / 10)))
        finally:
            log.append((tag, log.condition.locked()))


async def waits_for_the_first(log: Log, tag: int) -> None:
    tasks = [asyncio.create_task(block("finally", log, tag)), asyncio.create_task(note(log, tag))]
    tasks[1].add_done_callback(lambda task: log.append((tag, "called back", task.cancelled())))
    try:
        done, pending = await asyncio.wait(tasks, timeout=0.34, return_when=asyncio.FIRST_COMPLETED)
        log.append((tag, len(done), len(pending), [task.cancel() for task in pending]))
        log.append((tag, [await one for one in asyncio.as_completed(done, timeout=0.27)]))
    finally:
        log.append((tag, [task.done() for task in tasks]))


async def shields(log: Log, tag: int) -> None:
    task = asyncio.create_task(block("yields", log, tag))
    try:
        log.append((tag, await asyncio.shield(task)))
    except asyncio.CancelledError as error:
        log.append((tag, "inside goes on", error.args, await task))
        raise


BLOCKS = (
    *(("acts", acts), ("fails", fails), ("returns", returns), ("raises", raises), ("yields", yields)),
    *(("sleeps", sleeps), ("acts twice", acts_twice), ("finally", acts_finally), ("catches", catches)),
    *(("swallows", swallows), ("gathers", gathers), ("gathers nothing", gathers_nothing), ("task", awaits_a_task)),
    *(("group", has_a_group), ("group waits", has_a_group_that_waits), ("group fails", has_a_group_that_fails)),
    *(("cancels itself", cancels_itself), ("times out", times_out), ("waits for", waits_for)),
)
MEETINGS = (
    *(("locks", locks), ("one of two", is_one_of_two), ("puts", puts), ("gets", gets), ("sets", sets)),
    *(("event", waits_for_the_event), ("notifies", notifies), ("condition", waits_for_the_condition)),
    *(("first", waits_for_the_first), ("shields", shields)),
)
KINDS = tuple(kind for kind, _ in BLOCKS)
MEETING = tuple(kind for kind, _ in MEETINGS)
"""The kinds in which strands meet over an object of asyncio's."""


async def block(kind: str, log: Log, tag: int) -> object:
    """What one strand does; `tag` tells the strands apart, and makes their sleeps end at different times."""
    log.append((tag, "begins"))
    await dict((*BLOCKS, *MEETINGS))[kind](log, tag)
    log.append((tag, "ends"))
    return tag


async def note(log: Log, tag: int) -> str:
    """A strand that waits for nothing but its turns."""
    log.append((tag, "noted"))
    await asyncio.sleep(0)
    log.append((tag, "noted again"))
    return "noted"


async def cancel_itself(log: Log, tag: int, tasks: list) -> None:
    """A strand that is cancelled while it runs: at its next wait."""
    log.append((tag, "cancels itself", tasks[0].cancel("itself")))
    try:
        await asyncio.sleep(tag % 2)
    except asyncio.CancelledError as error:
        log.append((tag, error.args))
        raise
