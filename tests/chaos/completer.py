"""The other party in a chaos run: it reads task tokens from the file beside the ledger, and completes their actions.

It fails some first, says most things twice, and goes on until it is answered.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from tests.chaos.elsewhere import answer_of

from warren import ActionNotOpen, RunEnded, RunNotFound, Warren
from warren.contracts.task_tokens import read_token
from warren.errors import InfrastructureError

_LOOK_SECONDS: Final = 0.1
_ASK_SECONDS: Final = 20.0


class Completer:
    """Serves whoever hands a token over. It adds to `problems` what should not have been believed."""

    def __init__(self, client: Warren, tokens: Path, problems: list[str]) -> None:
        self.problems = problems
        self._client = client
        self._tokens = tokens
        self._known: set[str] = set()
        self._step = 0

    async def run(self) -> None:
        """Serve for ever; run it as a task."""
        async with asyncio.TaskGroup() as group:
            while True:
                await asyncio.sleep(_LOOK_SECONDS)
                lines = self._tokens.read_text().splitlines(keepends=True) if self._tokens.exists() else []
                for line in lines:
                    if line.endswith("\n") and line not in self._known:
                        self._known.add(line)
                        token, number = line.split()
                        group.create_task(self._serve(token, int(number)))

    async def _serve(self, token: str, number: int) -> None:
        source, attempt, client = random.Random(token), read_token(token).attempt, self._client
        await asyncio.sleep(source.uniform(0, 2))
        for _ in range(source.randint(0, 2)):
            self._step += 1
            step = self._step
            await self._say(lambda step=step: client.heartbeat_action(token, step, timeout=_ASK_SECONDS))
        if attempt < 3 and source.random() < 0.3:
            await self._say(lambda: client.fail_action(token, "no", timeout=_ASK_SECONDS))
            return
        for _ in range(source.choice((1, 2))):
            is_believed = await self._say(
                lambda: client.complete_action(token, answer_of(number), timeout=_ASK_SECONDS)
            )
        if is_believed and await self._say(lambda: client.complete_action(token, -1, timeout=_ASK_SECONDS)):
            self.problems.append(f"{read_token(token)} was completed twice, with different results")

    async def _say(self, send: Callable[[], Awaitable[None]]) -> bool:
        """Say it until it is answered; whether it was believed."""
        while True:
            try:
                await send()
            except (TimeoutError, InfrastructureError, RunNotFound):
                await asyncio.sleep(0.2)
            except (ActionNotOpen, RunEnded):
                return False
            else:
                return True
