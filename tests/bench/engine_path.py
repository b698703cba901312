"""The engine alone: `python -m tests.bench.engine_path`. No broker, no database, one process.

A pure loop beside CPython's own, the time from a class of 500 lines to a program that runs, and wide gathers.
"""

from __future__ import annotations

import asyncio
import importlib.util
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.bench.workflows import Fan

from warren.contracts import messages
from warren.contracts.ids import new_run_id
from warren.engine import DispatchAction, Executable, apply, start_run
from warren.lowering import lower

LOOP = """
from warren import Workflow, workflow


@workflow
class Loop(Workflow):
    async def run(self, n: int) -> int:
        total = 0
        for i in range(n):
            if i % 3 == 0:
                total += i * 2
            else:
                total -= i
        return total
"""
LINES = 500
TURNS = 200_000


def timed(work: Callable[[], Any], *, tries: int = 5) -> float:
    """Seconds of the fastest try."""
    best = float("inf")
    for _ in range(tries):
        begun = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begun)
    return best


def load(text: str, name: str) -> ModuleType:
    """A module from text, with a file that sources can be read from."""
    path = Path(tempfile.mkdtemp(prefix="warren-bench-")) / f"{name}.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def long_source() -> str:
    """A workflow of about 500 lines, with an action in every fifth."""
    body = []
    for number in range((LINES - 20) // 5):
        body += [
            f"        value_{number} = await step(n + {number})",
            f"        if value_{number} > 3:",
            f"            n += value_{number} * 2",
            "        else:",
            f"            n -= {number}",
        ]
    head = "from warren import Workflow, action, workflow\n\n\n@action\nasync def step(n: int) -> int:\n    return n\n"
    run = "\n\n@workflow\nclass LongOne(Workflow):\n    async def run(self, n: int) -> int:\n"
    return head + run + "\n".join(body) + "\n        return n\n"


def loop_ratio() -> tuple[float, float]:
    """Nanoseconds for one turn of a pure loop: natively, and in the engine."""
    module = load(LOOP, "bench_loop")
    executable = Executable(lower(module.Loop.__warren_ir__))
    at = datetime.now(UTC)

    def plain(n: int) -> int:
        total = 0
        for i in range(n):
            if i % 3 == 0:
                total += i * 2
            else:
                total -= i
        return total

    state, _ = start_run(executable, run_id=new_run_id(), input={"n": TURNS}, at=at)
    assert state.result == plain(TURNS), state.error
    inside = timed(lambda: start_run(executable, run_id=new_run_id(), input={"n": TURNS}, at=at))
    return timed(lambda: plain(TURNS)) / TURNS * 1e9, inside / TURNS * 1e9


def compile_seconds() -> tuple[float, float]:
    """From source to IR (what an import costs), and from IR to an executable (what the compiler does)."""
    begun = time.perf_counter()
    module = load(long_source(), "bench_long")
    imported = time.perf_counter() - begun
    return imported, timed(lambda: Executable(lower(module.LongOne.__warren_ir__)), tries=3)


def gather_seconds(width: int) -> float:
    """Start a gather, and complete every action of it."""
    executable = Executable(lower(Fan.__warren_ir__))  # type: ignore[attr-defined]  # the decorator sets it
    run_id, at = new_run_id(), datetime.now(UTC)

    def work() -> None:
        state, commands = start_run(executable, run_id=run_id, input={"width": width}, at=at)
        number = 0
        dispatched = [each.invocation for each in commands if isinstance(each, DispatchAction)]
        while state.continuing:
            number += 1
            decision = apply(executable, state, messages.ContinuationDue(run_id=run_id, number=number), at)
            assert decision is not None
            more = decision.commands
            dispatched += [each.invocation for each in more if isinstance(each, DispatchAction)]
        for invocation in dispatched:
            event = messages.ActionSucceeded(run_id=run_id, invocation=invocation, attempt=1, result=invocation)
            apply(executable, state, event, at)
        assert state.result == width * (width + 1) // 2

    return timed(work, tries=3)


async def main() -> None:
    """Print all three."""
    native, inside = loop_ratio()
    print(f"a turn of a pure loop: {native:.0f} ns natively, {inside:.0f} ns in the engine, {inside / native:.1f}x")
    imported, lowered = compile_seconds()
    print(f"a workflow of {LINES} lines: {imported * 1e3:.0f} ms to its IR, {lowered * 1e3:.0f} ms to a program")
    for width in (1_000, 3_000, 10_000):
        seconds = gather_seconds(width)
        print(f"a gather of {width:,}: {seconds * 1e3:.0f} ms, {seconds / width * 1e6:.1f} us an action")


if __name__ == "__main__":
    asyncio.run(main())
