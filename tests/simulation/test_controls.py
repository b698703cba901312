"""Negative controls: without any one of its safeguards the system breaks a rule, and the simulation sees it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.simulation.controls import AGAINST_NEIGHBOURS, CONTROLS

ROOT = Path(__file__).parents[2]
_FIRST = {"stalled": "170", "stops": "105"}
"""Where to begin with a safeguard that few seeds miss."""


@pytest.mark.slow
@pytest.mark.timeout(200)
@pytest.mark.parametrize("safeguard", sorted(CONTROLS))
def test_without_a_safeguard_some_seed_breaks_a_rule(safeguard: str) -> None:
    seeds = "200" if safeguard in AGAINST_NEIGHBOURS else "600"
    first = _FIRST.get(safeguard, "1")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.simulation",
            "--runs",
            seeds,
            "--seed",
            first,
            "--jobs",
            "1",
            "--stop",
            "--without",
            safeguard,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "violates:" in done.stdout
