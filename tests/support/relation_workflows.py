"""Workflows that have children with handles and ask other runs, for the tests of the services."""

from __future__ import annotations

import asyncio
from typing import Literal

from tests.support.service_workflows import add

from warren import RetryPolicy, RunEnded, RunKeyTaken, RunNotFound, Signal, Workflow, run_handle, workflow

Policy = Literal["terminate", "cancel", "abandon"]


@workflow
class Tally(Workflow):
    """Adds up what it is sent, and cleans up with an action when it is cancelled."""

    numbers = Signal[int]()

    async def run(self, count: int) -> list[int]:
        try:
            return [await self.numbers.receive() for _ in range(count)]
        except asyncio.CancelledError:
            await add(-1, -1)
            raise


@workflow
class Leaves(Workflow):
    """Starts a child, says so with an action, and ends without it."""

    async def run(self, policy: Policy) -> str:
        child = await Tally().start(1, _parent_close_policy=policy)
        await add(1, 1)
        return str(child.id)


@workflow
class Hasty(Workflow):
    """Ends before its child can be there."""

    async def run(self) -> None:
        task = asyncio.create_task(Tally().run(1))
        await asyncio.sleep(0)
        task.done()


@workflow
class Tells(Workflow):
    """Sends a child what it needs, and then too much."""

    async def run(self, key: str | None = None) -> list[str | list[int]]:
        child = await Tally().start(3, _key=key)
        await asyncio.gather(*[child.signal(Tally.numbers, number) for number in range(2)])
        await run_handle(child.id).signal("numbers", 2)
        found: list[str | list[int]] = [sorted(await child.result())]
        try:
            await child.signal("numbers", 3)
        except RunEnded:
            found.append("ended")
        try:
            await Tally().start(1, _key=key)
        except RunKeyTaken as error:
            found.append(str(error).partition(" is ")[0])
        return found


@workflow
class Asks(Workflow):
    """Asks a run that it knows by its id."""

    name = "asks-others"

    async def run(self, run_id: str, cancel: bool = False) -> str:
        other = run_handle(run_id)
        try:
            if cancel:
                await other.cancel("enough")
            else:
                await other.signal("numbers", 5)
        except RunNotFound as error:
            return str(error)
        except RunEnded:
            return "ended"
        except ValueError as error:
            return f"wrong: {error}"
        return "done"


@workflow
class Fallible(Workflow):
    """Fails when its action does."""

    async def run(self, n: int) -> int:
        return await add(n, n)


@workflow
class Stubborn(Workflow):
    """Tries a child up to three times."""

    name = "stubborn-parent"

    async def run(self) -> int:
        child = await Fallible().start(1, _retry=RetryPolicy(attempts=3), _key="stubborn")
        return await child.result()
