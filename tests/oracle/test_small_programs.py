"""Small programs about waiting, cancelling and failing: the same natively and in the engine, in several orders."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fuzz.running import Runner

# Cancelled before its first step, a coroutine is never awaited; natively Python says so.
pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")

PROGRAMS = (Path(__file__).parent / "small_programs.txt").read_text().split("\n----\n")


@pytest.mark.parametrize("program", range(len(PROGRAMS)))
def test_a_small_program(tmp_path: Path, program: int) -> None:
    verdict = Runner(tmp_path, orders=3).check_text(f"small_{program}", PROGRAMS[program])
    assert verdict.outcome == "same", verdict.detail
