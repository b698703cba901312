"""Negative controls: without any one of its safeguards the system breaks a rule, and the simulation sees it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.simulation.controls import CONTROLS

from warren.runtime import faults

ROOT = Path(__file__).parents[2]
SEEDS = "600"


@pytest.mark.slow
@pytest.mark.timeout(200)
@pytest.mark.parametrize("safeguard", faults.SAFEGUARDS)
def test_without_a_safeguard_some_seed_breaks_a_rule(safeguard: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulation", "--runs", SEEDS, "--jobs", "1", "--stop"],
        cwd=ROOT,
        env={**os.environ, faults.DISABLE_VARIABLE: safeguard},
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "violates:" in done.stdout


@pytest.mark.slow
@pytest.mark.timeout(200)
@pytest.mark.parametrize("safeguard", sorted(CONTROLS))
def test_without_a_safeguard_against_bad_neighbours_some_seed_breaks_a_rule(safeguard: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulation", "--runs", "200", "--jobs", "1", "--stop", "--without", safeguard],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "violates:" in done.stdout


def test_every_safeguard_is_in_place_unless_a_test_says_otherwise() -> None:
    assert os.environ.get(faults.DISABLE_VARIABLE) is None
    assert not any(faults.disabled(safeguard) for safeguard in faults.SAFEGUARDS)
