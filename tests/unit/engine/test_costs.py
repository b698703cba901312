"""Every callable of the language at its limit: the run ends by itself, soon, and with bounded memory.

The table is in `costs`: what each callable is linear in, where that is counted, and programs that drive it as far as
the budgets let it. A tenth of the programs here, all of them with `WARREN_COSTS=all`.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import time
from pathlib import Path
from typing import Any, Final

import pytest
from tests.unit.engine.costs import functions, methods, syntax, types_of
from tests.unit.engine.costs.rows import NOTHING, programs_of
from tests.unit.engine.writing import compile_text, start

from warren.ir import intrinsics

PROGRAMS: Final = {
    f"{module.__name__.rpartition('.')[2]}: {name}": program
    for module in (syntax, functions, methods)
    for name, program in programs_of(module.ROWS).items()
}
STEP: Final = 1 if os.environ.get("WARREN_COSTS") == "all" else 10
CPU_SECONDS: Final = 3.0
"""Of one transition, on a machine that is busy with others as well."""
MEMORY: Final = 400 << 20
_TRANSITIONS: Final = 30
_PATIENCE: Final = 60.0


@pytest.mark.parametrize("name", list(PROGRAMS)[::STEP])
def test_a_callable_at_its_limit_ends_its_run(tmp_path: Path, name: str) -> None:
    context = multiprocessing.get_context("fork")
    answers: Any = context.Queue()
    child = context.Process(target=_run, args=(tmp_path, PROGRAMS[name], answers))
    child.start()
    try:
        status, error, seconds, memory = answers.get(timeout=_PATIENCE)
    finally:
        child.kill()
        child.join()
    assert (status, error) == ("failed", "warren.errors:LimitExceeded"), PROGRAMS[name]
    assert seconds < CPU_SECONDS, PROGRAMS[name]
    assert memory < MEMORY, PROGRAMS[name]


def _run(folder: Path, program: str, answers: Any) -> None:
    """In a process of its own, whose end is nobody else's."""
    resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
    executable = compile_text(folder, program, types_of.MORE)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    longest, began = 0.0, time.process_time()
    driver = start(executable, 1)
    for _ in range(_TRANSITIONS):
        longest = max(longest, time.process_time() - began)
        if driver.is_finished:
            break
        began = time.process_time()
        if driver.actions:
            number, command = next(iter(driver.actions.items()))
            driver.succeed_encoded(number, command.args[0] if command.args else None)
        elif driver.timers:
            driver.fire()
        else:
            driver.go_on()
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    answers.put((driver.state.status.value, (driver.state.error or {}).get("t"), longest, memory))


def test_every_builtin_and_library_function_has_a_row() -> None:
    """What is added to the language without a thought about its cost is missing here."""
    known = {name for module in (functions, methods, syntax) for row in module.ROWS for name in row.each()}
    wanted = {
        *intrinsics.BUILTINS,
        *(f"math.{name}" for name in intrinsics.MATH),
        *intrinsics.CLASSES,
        *intrinsics.CLASS_METHODS,
        *intrinsics.DURABLE,
        *intrinsics.LIBRARY,
    }
    missing = sorted(name for name in wanted if name not in known)
    assert not missing, missing


def test_every_row_says_what_it_grows_with_and_where_that_is_counted() -> None:
    for module in (functions, methods, syntax):
        for row in module.ROWS:
            assert row.linear, row.names
            assert row.linear == NOTHING or row.counted, row.names
            assert row.programs or row.linear == NOTHING, row.names
