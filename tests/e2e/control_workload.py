"""A workflow that is paused, cancelled and terminated on real servers, and actions that say how they end."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.e2e.workload import inc

from warren import Workflow, action, workflow


@action
async def watch(folder: str, name: str) -> str:
    """Writes that it has begun, and how it ends: a day later, or when it is cancelled."""
    path = Path(folder) / name
    path.write_text("begun")
    try:
        await asyncio.sleep(86_400)
    except asyncio.CancelledError:
        path.write_text("cancelled")
        raise
    return name


@workflow
class Watched(Workflow):
    """Waits for actions in the way that is wanted, and goes on when they are cancelled."""

    name = "e2e.watched"

    async def run(self, folder: str, how: str) -> list[object]:
        found: list[object] = []
        try:
            if how == "timeout":
                async with asyncio.timeout(1):
                    await asyncio.gather(watch(folder, "a"), watch(folder, "b"))
            elif how == "sibling":
                async with asyncio.TaskGroup() as group:
                    group.create_task(watch(folder, "a"))
                    await asyncio.sleep(1)
                    raise ValueError("enough")
            else:
                await watch(folder, "a")
        except (TimeoutError, ExceptionGroup) as error:
            found.append(type(error).__name__)
        except asyncio.CancelledError as error:
            found.append(str(error))
        return [*found, await inc(1)]


@workflow
class Paused(Workflow):
    """Steps with pauses between them."""

    name = "e2e.paused"

    async def run(self, steps: int, seconds: float) -> int:
        total = 0
        for _ in range(steps):
            total = await inc(total)
            await asyncio.sleep(seconds)
        return total
