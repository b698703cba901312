"""A workflow that is paused, cancelled and terminated from outside: what it does and says when it is cancelled."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.chaos.workload import MODULUS, Interpreter, step

from warren import workflow

REASON = "no longer wanted"


def when_cancelled(total: int) -> list[Any]:
    """What a run returns that was cancelled with this reason and swallows it."""
    return [REASON, (total * 31 + 1) % MODULUS]


@workflow
class Controlled(Interpreter):
    """Interprets a plan; when it is cancelled, it cleans up, and ends as asked."""

    name = "chaos.controlled"

    async def run(self, plan: list[Any], total: int, swallows: bool) -> Any:
        try:
            return await self.block(plan, total)
        except asyncio.CancelledError as error:
            cleaned = await step(total, 1)
            if swallows:
                return [str(error), cleaned]
            raise
