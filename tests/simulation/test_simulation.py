"""Random faults on whole installations in virtual time: a few hundred seeds here, any number with `make simulate`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.simulation.running import Simulator

ROOT = Path(__file__).parents[2]
CHUNKS = 6
SEEDS_PER_CHUNK = 50


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    return Simulator()


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_seed_breaks_a_rule(simulator: Simulator, chunk: int) -> None:
    first = 1 + chunk * SEEDS_PER_CHUNK
    reports = [simulator.run(seed) for seed in range(first, first + SEEDS_PER_CHUNK)]
    assert {report.seed: report.violations for report in reports if report.violations} == {}
    assert sum(report.executions for report in reports) > SEEDS_PER_CHUNK
    assert sum(report.injected["messages with shared values"] for report in reports) > 0


def test_a_seed_is_executed_the_same_way_each_time(simulator: Simulator) -> None:
    seeds = range(1, 21)
    first = [simulator.run(seed).fingerprint for seed in seeds]
    assert [Simulator().run(seed).fingerprint for seed in seeds] == first
    assert len(set(first)) == len(first)


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_a_seed_is_executed_the_same_way_in_another_process(simulator: Simulator, hash_seed: str) -> None:
    """So that a seed from CI can be replayed at a desk: the order of sets of texts must not matter."""
    seeds = range(1, 16)
    script = (
        "from tests.simulation.running import Simulator; s = Simulator();"
        f"print(*[s.run(seed).fingerprint for seed in {list(seeds)}])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split() == [simulator.run(seed).fingerprint for seed in seeds]
