"""Workflows for the tests of the services; their actions are never run, the tests play the worker."""

from __future__ import annotations

import asyncio

from warren import RetryPolicy, Workflow, action, upsert_attributes, workflow


@action
async def add(a: int, b: int) -> int:
    """Never run."""
    return a + b


@workflow
class Nothing(Workflow):
    """Ends at once."""

    async def run(self, n: int = 0) -> int:
        return n + 1


@workflow
class Twice(Workflow):
    """Two actions, one after the other."""

    async def run(self, n: int) -> int:
        first = await add(n, 1)
        return await add(first, 2)


@workflow
class Wide(Workflow):
    """Many actions at once."""

    async def run(self, width: int) -> int:
        results = await asyncio.gather(*[add(i, 1) for i in range(width)])
        return len(results)


@workflow
class Long(Workflow):
    """Many actions, one after the other."""

    async def run(self, steps: int) -> int:
        total = 0
        for i in range(steps):
            total = await add(total, i)
        return total


@workflow
class Sleeps(Workflow):
    """A timer between two actions, and one at the start if asked for."""

    async def run(self, before: int, seconds: int) -> int:
        await asyncio.sleep(before)
        first = await add(1, 1)
        await asyncio.sleep(seconds)
        return await add(first, 1)


@workflow
class Retried(Workflow):
    """One action with a second attempt after a pause."""

    async def run(self) -> int:
        return await self.run_action(add(1, 2), retry=RetryPolicy(attempts=2, backoff_seconds=5))


@workflow
class Parent(Workflow):
    """A child run and an action at once."""

    async def run(self, n: int) -> list[int]:
        return list(await asyncio.gather(Twice().run(n), add(n, n)))


@workflow
class Forgetful(Workflow):
    """A child run whose outcome nobody waits for in the end."""

    async def run(self, n: int) -> int:
        task = asyncio.create_task(Twice().run(n))
        done = await add(n, n)
        return done if not task.done() else -1


@workflow
class ChildLater(Workflow):
    """A child run after an action."""

    async def run(self, n: int) -> int:
        first = await add(n, 1)
        return await Twice().run(first)


@workflow
class Labelled(Workflow):
    """Says what it can be found by at each step, and in the end only that it has ended."""

    async def run(self, steps: int) -> None:
        tags: list[str] = []
        for step in range(steps):
            tags.append(str(step))
            upsert_attributes(step=step, tags=tags)
            await add(step, 1)
        upsert_attributes(step=None, tags=None, end=True)
