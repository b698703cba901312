"""A file with servers runs in one process, so that each of its servers is started once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.scheduling import NEEDS_NOTHING, SHARES_PROGRAMS, rank_of, scope_of

TESTS = Path(__file__).parents[1]


def test_a_file_with_servers_stays_whole_and_begins_first() -> None:
    one, two = (f"tests/e2e/test_traces.py::test_{name}" for name in ("a[1::2]", "b"))
    assert scope_of(one) == scope_of(two) == "e2e/test_traces"
    unit = "tests/unit/sdk/test_retry.py::test_a"
    assert scope_of(unit) == unit
    entry = "tests/catalogue/test_catalogue.py::test_a[int]"
    assert scope_of(entry) == "catalogue/test_catalogue"
    assert rank_of(entry) == rank_of(unit)
    assert rank_of("tests/e2e/test_outages.py::test_a") < rank_of(one) < rank_of(unit)


def test_every_folder_that_needs_nothing_is_one() -> None:
    assert SHARES_PROGRAMS < NEEDS_NOTHING
    assert {name for name in NEEDS_NOTHING if not (TESTS / name).is_dir()} == set()


def test_processes_are_given_whole_files(tmp_path: Path) -> None:
    """Of xdist itself, which has stopped to see the marks that asked for it before."""
    for name in ("a", "b"):
        rows = [f"def test_{number}(): pass" for number in range(8)]
        (tmp_path / f"test_{name}.py").write_text("\n".join(rows))
    (tmp_path / "conftest.py").write_text(
        "import sys\n"
        f"sys.path.insert(0, {str(TESTS.parent)!r})\n"
        "from tests.support.scheduling import by_file\n"
        "def pytest_xdist_make_scheduler(config, log):\n"
        "    return by_file(config, log)\n"
    )
    command = [sys.executable, "-m", "pytest", "-n", "2", "-v", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    done = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    ran = [line.split() for line in done.stdout.splitlines() if line.startswith("[gw") and "PASSED" in line]
    where = {(row[0], row[-1].partition("::")[0]) for row in ran}
    assert len(ran) == 16
    assert len(where) == 2, "each file in one process"
