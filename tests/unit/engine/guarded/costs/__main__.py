"""Measure every program of the cost table at the full limits: `python -m tests.unit.engine.guarded.costs [NAME ...]`.

Each runs in a process of its own, which is ended when it hangs. Without names, `measured.txt` is written anew.
"""

from __future__ import annotations

import multiprocessing
import queue
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.unit.engine.guarded.costs.measure import Measured, measure
from tests.unit.engine.guarded.costs.rows import TABLES, programs

FILE = Path(__file__).with_name("measured.txt")
_HANGS_AFTER = 30
_MOST_MEMORY = 3 << 30


def main(chosen: list[str]) -> None:
    """Measure all, or those whose name contains one of the words."""
    lines = []
    for table in TABLES:
        for name, program in programs(table).items():
            if chosen and not any(word in f"{table}: {name}" for word in chosen):
                continue
            found = _in_a_process(program)
            took = "hangs" if found is None else f"{found.seconds:.2f} s {max(found.megabytes, 0)} MB"
            ended = "" if found is None or found.is_over_a_limit else f" {found.status} {found.error}"
            lines.append(f"{table}: {name}: {took}{ended}")
            print(lines[-1], flush=True)
    if not chosen:
        FILE.write_text("\n".join(lines) + "\n")


def _in_a_process(program: str) -> Measured | None:
    context = multiprocessing.get_context("fork")
    answers: Any = context.Queue()
    process = context.Process(target=_answer, args=(program, answers))
    process.start()
    try:
        return answers.get(timeout=_HANGS_AFTER)  # type: ignore[no-any-return]  # what _answer puts
    except queue.Empty:
        return None
    finally:
        process.kill()
        process.join()


def _answer(program: str, answers: Any) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    with tempfile.TemporaryDirectory() as folder:
        answers.put(measure(Path(folder), program))


if __name__ == "__main__":
    main(sys.argv[1:])
