"""Runs that are bad neighbours: each asks for something that goes wrong, and what must come of it is known.

`Hostile` is for simulations: `KINDS` says for each kind how its run must end. Some of what goes wrong is injected there
(`tests.simulation.injection`), by the marks that these runs leave in events, commands and rows. `BadNeighbour` is for
real servers and workers, with `BAD_KINDS`, and `BadInput` with `INPUT_KINDS`.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sys
import threading
import time
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import AfterValidator
from tests.chaos.ledger import hooks

from warren import Workflow, action, workflow
from warren.contracts.messages import RunStatus


@action
async def provoke(mark: str) -> str:
    """Gives back what it gets."""
    await hooks.executed(0.0)
    return mark


@workflow
class Hostile(Workflow):
    """Two actions whose marks the injected faults look for, or something that no run may do."""

    name = "chaos.hostile"

    async def run(self, kind: str) -> str:
        if kind == "endless":
            while True:
                pass
        if kind == "huge":
            return "x" * 10**10
        if kind == "wide":
            return str(sum(range(10**12)))
        first = await provoke(kind)
        return await provoke(first + "!")


# --- on real workers --------------------------------------------------------------------------------------------------

EXIT_CODE: Final = 97
"""With which an action ends its worker."""
BLOCKED_SECONDS: Final = 5.0
_MIB: Final = 1 << 20


class Unspeakable(Exception):
    """Cannot be put into words."""

    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__


def _square(number: int) -> int:
    return number * number


@action
async def misbehave(kind: str) -> Any:
    """Does what no action should, in a coroutine."""
    await hooks.executed(0.0)
    match kind:
        case "exit":
            os._exit(EXIT_CODE)
        case "block":
            time.sleep(BLOCKED_SECONDS)
        case "fork":
            with multiprocessing.get_context("fork").Pool(2) as pool:
                return sum(pool.map(_square, range(10)))
        case "memory":
            return len(bytearray(300 * _MIB))
        case "output":
            for _ in range(200):
                print("o" * 100_000, flush=True)
        case "coroutine":
            return asyncio.sleep(0)
        case "unspeakable":
            raise Unspeakable(object())
        case "large":
            return "r" * (13 * _MIB)
        case "system exit":
            sys.exit(4)
    return kind


@action
def misbehave_in_a_thread(kind: str) -> str:
    """The same, in a thread."""
    if kind == "hang":
        time.sleep(600)
    if kind == "thread exit":
        sys.exit(5)
    return kind


@action
async def text_of(size: int) -> str:
    """So many letters."""
    return "t" * size


@workflow
class BadNeighbour(Workflow):
    """One kind of misbehaviour, in the workflow or in an action."""

    name = "chaos.bad_neighbour"

    async def run(self, kind: str) -> Any:
        if kind == "endless":
            while True:
                pass
        if kind == "edge":
            return sum(n % 7 for n in range(950_000))
        if kind == "huge":
            return "x" * 10**10
        if kind == "count":
            return range(10**12).count(1.5)
        if kind == "sum of lists":
            return len(sum([[n] * 50 for n in range(20_000)], []))  # noqa: RUF017 - on purpose
        if kind == "large arguments":
            first, second = await asyncio.gather(text_of(7 * _MIB), text_of(7 * _MIB))
            return await self.run_action(misbehave(first + second))
        if kind == "large outcome":
            return list(await asyncio.gather(text_of(7 * _MIB), text_of(7 * _MIB)))
        if kind == "growing":
            return await misbehave("\0" * (3 * _MIB))
        if kind == "hang":
            return await self.run_action(misbehave_in_a_thread(kind), timeout=1)
        if kind == "thread exit":
            return await misbehave_in_a_thread(kind)
        return await misbehave(kind)


class Gone(BaseException):
    """No `Exception`."""


def _trapped(kind: str) -> Any:
    """Does what no validator should."""
    match kind:
        case "exit":
            os._exit(EXIT_CODE)
        case "block":
            time.sleep(BLOCKED_SECONDS)
        case "base":
            raise Gone("for good")
        case "interrupt":
            raise KeyboardInterrupt
        case "system exit":
            sys.exit(6)
        case "cancel":
            raise asyncio.CancelledError
        case "unspeakable":
            raise Unspeakable(object())
        case "deep":
            return _trapped(kind)
        case "large":
            return "r" * (13 * _MIB)
        case "unsendable":
            return threading.Lock()
        case "refused":
            raise ValueError("e" * _MIB)
    return kind


@workflow
class BadInput(Workflow):
    """A worker checks its input, and the validator does what it can to harm it."""

    name = "chaos.bad_input"

    async def run(self, trap: Annotated[Any, AfterValidator(_trapped)]) -> Any:
        return trap


@dataclass(frozen=True, slots=True)
class Expected:
    """How a hostile run must end: its status (None: it is refused and never exists), and a part of its error."""

    status: RunStatus | None
    says: str = ""


KINDS: Final = {
    "decode": Expected(RunStatus.FAILED, "its answer could not be read"),
    "apply": Expected(RunStatus.FAILED, "applying action_succeeded 1 (attempt 1) raised"),
    "encode": Expected(RunStatus.FAILED, "cannot be sent (ValueError: injected)"),
    "store": Expected(RunStatus.FAILED, "what came of action_succeeded 1 (attempt 1) cannot be stored"),
    "publish": Expected(RunStatus.FAILED, "the call of tests.chaos.hostile:provoke"),
    "full": Expected(RunStatus.COMPLETED),
    "load": Expected(RunStatus.COMPLETED),
    "start": Expected(None, "injected"),
    "endless": Expected(RunStatus.FAILED, "steps without awaiting"),
    "huge": Expected(RunStatus.FAILED, "MiB of values"),
    "wide": Expected(RunStatus.FAILED, "steps without awaiting"),
}
"""By kind; the first ones are injected, the last three are real."""

_FAILED: Final = RunStatus.FAILED
_COMPLETED: Final = RunStatus.COMPLETED
BAD_KINDS: Final = {
    "exit": Expected(_FAILED, "WorkerLost"),
    "block": Expected(_COMPLETED),
    "fork": Expected(_COMPLETED),
    "memory": Expected(_COMPLETED),
    "output": Expected(_COMPLETED),
    "coroutine": Expected(_COMPLETED),
    "unspeakable": Expected(_FAILED, "Unspeakable"),
    "large": Expected(_FAILED, "ValueTooLarge"),
    "system exit": Expected(_FAILED, "sys.exit(4)"),
    "hang": Expected(_FAILED, "ActionTimeout"),
    "thread exit": Expected(_FAILED, "sys.exit(5)"),
    "endless": Expected(_FAILED, "steps without awaiting"),
    "edge": Expected(_COMPLETED),
    "huge": Expected(_FAILED, "MiB of values"),
    "count": Expected(_FAILED, "LimitExceeded"),
    "sum of lists": Expected(_FAILED, "LimitExceeded"),
    "large arguments": Expected(_FAILED, "ValueTooLarge"),
    "large outcome": Expected(_FAILED, "ValueTooLarge"),
    "growing": Expected(_FAILED, "ValueTooLarge"),
}
"""Likewise for `BadNeighbour`."""
INPUT_KINDS: Final = {
    "exit": Expected(_FAILED, "WorkerLost"),
    "block": Expected(_COMPLETED),
    "base": Expected(_FAILED, "Gone: for good"),
    "interrupt": Expected(_FAILED, "KeyboardInterrupt"),
    "system exit": Expected(_FAILED, "sys.exit(6)"),
    "cancel": Expected(_FAILED, "CancelledError"),
    "unspeakable": Expected(_FAILED, "Unspeakable"),
    "deep": Expected(_FAILED, "RecursionError"),
    "large": Expected(_FAILED, "ValueTooLarge"),
    "unsendable": Expected(_FAILED, "UnserializableValue"),
    "refused": Expected(_FAILED, "the input does not fit: trap: Value error, eee"),
}
"""Likewise for `BadInput`, by what its validator does."""
REAL_KINDS: Final = BAD_KINDS | {f"input {kind}": expected for kind, expected in INPUT_KINDS.items()}
"""On real servers; the error is looked for in the exception's class and text."""
