"""`add_done_callback` and `remove_done_callback` of tasks and gathers: called at a turn of their own, in order."""

import asyncio

from warren import Workflow, action, workflow


@action
async def act(x: object) -> object:
    return x


@workflow
class AsyncioCallbacks(Workflow):
    async def run(self, turns: int) -> list:
        log: list = []
        results: list = []

        async def work(number: int) -> int:
            await asyncio.sleep(0)
            if number == 1:
                raise KeyError(number)
            return number

        def note(task: asyncio.Task) -> None:
            log.append(["note", task.done(), repr(task.exception() or task.result()), asyncio.current_task()])

        def later(task: asyncio.Task) -> None:
            log.append("made in a callback")
            made.append(asyncio.create_task(work(5)))

        def wrong(task: asyncio.Task) -> None:
            log.append("raises")
            raise IndexError("nobody sees this")

        made: list = []
        tasks = [asyncio.create_task(work(number)) for number in range(3)]
        for task in tasks:
            task.add_done_callback(note)
            task.add_done_callback(results.append)
            task.add_done_callback(note)
        tasks[0].add_done_callback(later)
        tasks[0].add_done_callback(lambda task, word="kept": log.append([word, task.result()]))
        tasks[2].add_done_callback(wrong)
        log.append([tasks[2].remove_done_callback(note), tasks[2].remove_done_callback(later)])
        both = asyncio.gather(*tasks, return_exceptions=True)
        both.add_done_callback(lambda group: log.append(["gather", len(group.result())]))
        for turn in range(turns):
            log.append(turn)
            await asyncio.sleep(0)
        log.append([repr(one) for one in await both])
        await asyncio.sleep(0)
        log.append([len(results), await made[0]])
        tasks[0].add_done_callback(note)
        log.append("added to what is done")
        await asyncio.sleep(0)
        log.append(await act(1))
        return log


CASES = [{"turns": 0}, {"turns": 1}, {"turns": 2}, {"turns": 5}]
