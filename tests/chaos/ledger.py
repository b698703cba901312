"""Where actions note that they were executed: one line each, in a file that only grows, synced before the action ends.

`hooks` is what the actions call; a simulation puts its own `executed` there.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from warren import action_context

VARIABLE: Final = "WARREN_CHAOS_LEDGER"


@dataclass(frozen=True, slots=True)
class Execution:
    """One execution of one action attempt."""

    run_id: UUID
    invocation: int
    attempt: int
    pid: int
    at: float = 0.0
    """Unix time, where the line has it."""


class Hooks:
    """What an action (`executed`) or a validator (`noted`) calls first; both give the number of the attempt."""

    def __init__(self) -> None:
        self.executed: Callable[[float], Awaitable[int]] = _write
        self.noted: Callable[[], int] = _write_now
        self._descriptor: int | None = None

    def append(self, line: str) -> None:
        """Write one line and have it on the disk."""
        if self._descriptor is None:
            self._descriptor = os.open(os.environ[VARIABLE], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.write(self._descriptor, line.encode())
        os.fsync(self._descriptor)


async def _write(seconds: float) -> int:
    attempt = _write_now()
    if seconds:
        await asyncio.sleep(seconds)
    return attempt


def _write_now() -> int:
    context = action_context()
    hooks.append(f"{context.run_id} {context.invocation} {context.attempt} {os.getpid()} {time.time():.6f}\n")
    return context.attempt


hooks = Hooks()


def read_ledger(path: Path) -> Iterator[Execution]:
    """Every execution so far."""
    if not path.exists():
        return
    for line in path.read_text().splitlines():
        run_id, invocation, attempt, pid, *at = line.split()
        yield Execution(UUID(run_id), int(invocation), int(attempt), int(pid), float(at[0]) if at else 0.0)
