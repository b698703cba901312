"""Queues, locks and callbacks in the engine: what cannot go on, what cannot leave a run, and what a snapshot keeps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.engine.writing import answer_all, compile_text, start

from warren.engine import LogMessage
from warren.testing import EngineDriver

DEADLOCK = "deadlock: the workflow waits for something that cannot happen any more"


def ended(tmp_path: Path, body: str, more: str = "") -> EngineDriver:
    return answer_all(start(compile_text(tmp_path, body, more)))


def error_of(driver: EngineDriver) -> str:
    return json.dumps(driver.state.error)


@pytest.mark.parametrize(
    "body",
    [
        "await asyncio.Queue().get()",
        "await asyncio.Event().wait()",
        "await asyncio.Semaphore(0).acquire()",
        "q = asyncio.Queue(1)\nawait q.put(1)\nawait q.put(2)",
        "q = asyncio.Queue()\nawait q.put(1)\nawait q.join()",
        "c = asyncio.Condition()\nasync with c:\n    await c.wait()",
        "await asyncio.wait([asyncio.create_task(asyncio.Event().wait())])",
        "await asyncio.shield(asyncio.Event().wait())",
        "a, b = asyncio.Lock(), asyncio.Lock()\nawait asyncio.gather(both(a, b), both(b, a))",
        "await asyncio.current_task()",
    ],
)
def test_who_waits_for_nobody_is_told(tmp_path: Path, body: str) -> None:
    both = "async with a:\n        await asyncio.sleep(0)\n        async with b:\n            pass"
    assert DEADLOCK in error_of(ended(tmp_path, body, f"async def both(a, b):\n    {both}"))


def test_a_wait_with_an_end_is_no_deadlock(tmp_path: Path) -> None:
    driver = ended(
        tmp_path,
        "return [len(one) for one in await asyncio.wait([asyncio.create_task(nobody())], timeout=5)]",
        "async def nobody():\n    await asyncio.Event().wait()",
    )
    assert driver.state.result == [0, 1]


@pytest.mark.parametrize(
    "made", ["asyncio.Queue()", "[asyncio.Lock()]", "{'a': asyncio.Event()}", "Box(asyncio.Condition())"]
)
@pytest.mark.parametrize("use", ["await act({})", "return {}"])
def test_they_cannot_leave_their_run(tmp_path: Path, made: str, use: str) -> None:
    driver = ended(tmp_path, use.format(made))
    assert "objects live inside their run and cannot be sent between processes" in error_of(driver)


def test_neither_can_a_task(tmp_path: Path) -> None:
    assert "tasks and futures live inside their run" in error_of(ended(tmp_path, "return asyncio.current_task()"))


def test_what_a_callback_raises_is_logged(tmp_path: Path) -> None:
    driver = ended(
        tmp_path,
        """
        task = asyncio.create_task(act(1))
        task.add_done_callback(lambda task: {}["missing"])
        return await task
        """,
    )
    assert driver.state.result == 1
    logged = [one for row in driver.history for one in row.commands if isinstance(one, LogMessage)]
    assert logged == [LogMessage("a callback of a task raised KeyError, which nobody sees", "error")]


def test_a_callback_is_kept_and_counts(tmp_path: Path) -> None:
    driver = start(
        compile_text(
            tmp_path,
            """
        seen = []
        task = asyncio.create_task(act(1))
        task.add_done_callback(seen.append)
        task.add_done_callback(functools.partial(note, seen))
        await act(0)
        return [seen[0] is task, seen[1:], task.remove_done_callback(seen.append)]
        """,
            "def note(seen, task):\n    seen.append(task.result())",
        )
    )
    driver.go_on()
    driver.restore(json.loads(json.dumps(driver.snapshot())))
    numbers = sorted(driver.actions, key=lambda number: driver.actions[number].args != [1])
    for number in numbers:
        driver.succeed_encoded(number, driver.actions[number].args[0])
    assert answer_all(driver).state.result == [True, [1], 0]


def test_a_method_of_one_object_is_one_callback(tmp_path: Path) -> None:
    driver = ended(
        tmp_path,
        """
        seen = []
        task = asyncio.create_task(act(1))
        task.add_done_callback(seen.append)
        task.add_done_callback(seen.append)
        return [task.remove_done_callback([].append), task.remove_done_callback(seen.append), await task, seen]
        """,
    )
    assert driver.state.result == [0, 2, 1, []]


def test_a_wait_that_ends_early_leaves_no_timer(tmp_path: Path) -> None:
    driver = start(
        compile_text(
            tmp_path,
            """
        await asyncio.wait([asyncio.create_task(act(1))], timeout=1000)
        for one in asyncio.as_completed([asyncio.create_task(act(2))], timeout=1000):
            await one
        await act(3)
        """,
        )
    )
    driver.go_on()
    for _ in range(3):
        number = next(iter(driver.actions))
        assert len(driver.state.timers) == (0 if driver.actions[number].args == [3] else 1)
        driver.succeed_encoded(number, 1)
    assert driver.is_finished


def test_shutting_a_queue_down(tmp_path: Path) -> None:
    """Of CPython 3.13, on every version."""
    driver = ended(
        tmp_path,
        """
        log = []
        queue = asyncio.Queue(1)
        async def gets():
            try:
                log.append(await queue.get())
                await queue.get()
            except Exception as error:
                log.append(type(error).__name__)
        async def puts():
            try:
                await queue.put(2)
                await queue.put(3)
                await queue.put(4)
            except Exception as error:
                log.append(type(error).__name__)
        await queue.put(1)
        tasks = [asyncio.create_task(puts())]
        await asyncio.sleep(0)
        queue.shutdown(immediate=True)
        await queue.join()
        tasks += [asyncio.create_task(gets())]
        await asyncio.wait(tasks)
        late = asyncio.Queue()
        late.put_nowait(5)
        late.shutdown()
        log.append(late.get_nowait())
        for use in (late.get_nowait, lambda: late.put_nowait(1)):
            try:
                use()
            except Exception as error:
                log.append(type(error).__name__)
        return log
        """,
    )
    assert driver.state.result == ["QueueShutDown", "QueueShutDown", 5, "QueueShutDown", "QueueShutDown"]
