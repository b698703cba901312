"""300 random programs, half of them about classes, do natively what they do through the engine."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import pytest
from tests.fuzz.modules import generate, inputs

PROGRAMS = 150


@pytest.mark.timeout(600)
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(0, 2 * PROGRAMS, PROGRAMS))
def test_random_programs_run_as_cpython_runs_them(tmp_path: pathlib.Path, seed: int) -> None:
    command = [sys.executable, "-m", "tests.fuzz", "--programs", str(PROGRAMS), "--seed", str(seed), "--jobs", "1"]
    done = subprocess.run([*command, "--save", str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_seed_names_a_program_for_ever() -> None:
    assert generate(7) == generate(7)
    assert generate(7) != generate(8)
    assert inputs(7) == inputs(7)
