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
    """What an action (`executed`) or a validator (`noted`) calls first; both give the number of the attempt.

    With `handed` an action hands its task token, and what it is about, to the other party.
    """

    def __init__(self) -> None:
        self.executed: Callable[[float], Awaitable[int]] = _write
        self.noted: Callable[[], int] = _write_now
        self.handed: Callable[[str, int], None] = _write_token
        self._descriptors: dict[str, int] = {}

    def append(self, line: str, *, suffix: str = "") -> None:
        """Write one line and have it on the disk; a `suffix` is for a file beside the ledger."""
        if suffix not in self._descriptors:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
            self._descriptors[suffix] = os.open(os.environ[VARIABLE] + suffix, flags, 0o644)
        os.write(self._descriptors[suffix], line.encode())
        os.fsync(self._descriptors[suffix])


async def _write(seconds: float) -> int:
    attempt = _write_now()
    if seconds:
        await asyncio.sleep(seconds)
    return attempt


def _write_now() -> int:
    context = action_context()
    hooks.append(f"{context.run_id} {context.invocation} {context.attempt} {os.getpid()} {time.time():.6f}\n")
    return context.attempt


TOKENS = ".tokens"
"""The suffix of the file with task tokens."""


def _write_token(token: str, number: int) -> None:
    hooks.append(f"{token} {number}\n", suffix=TOKENS)


hooks = Hooks()


def read_ledger(path: Path) -> Iterator[Execution]:
    """Every execution so far."""
    if not path.exists():
        return
    for line in path.read_text().splitlines():
        run_id, invocation, attempt, pid, *at = line.split()
        yield Execution(UUID(run_id), int(invocation), int(attempt), int(pid), float(at[0]) if at else 0.0)
