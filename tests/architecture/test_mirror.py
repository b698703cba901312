"""`tests/unit` has the folders of the source: who looks for the tests of a package finds them by its name."""

from __future__ import annotations

from pathlib import Path

from tests.architecture.sources import ROOT

UNIT = ROOT / "tests/unit"
SERVICES = {"cli", "compiler", "coordinator", "worker"}
OTHERS = {
    "engine/guarded/costs",  # the table of what each operation costs, and the means to measure it
}


def source_of(folder: str) -> Path:
    """The folder of the source that a folder of tests is about."""
    first = folder.partition("/")[0]
    if first in SERVICES:
        return ROOT / "services" / first / f"warren_{folder}"
    return ROOT / "shared/warren" / folder


def test_every_folder_of_unit_tests_is_about_a_folder_of_the_source() -> None:
    folders = {path.parent.relative_to(UNIT).as_posix() for path in UNIT.rglob("*.py")} - {"."}
    assert {"engine", "engine/guarded", "coordinator/events", "runs"} <= folders
    assert sorted(folder for folder in folders - OTHERS if not source_of(folder).is_dir()) == []
    assert folders >= OTHERS, "delete what is not there any more"


def test_only_what_is_about_the_whole_package_or_a_module_of_its_own_lies_beside_the_folders() -> None:
    modules = {f"test_{path.name}" for path in (ROOT / "shared/warren").glob("*.py")}
    assert {path.name for path in UNIT.glob("test_*.py")} - modules == {"test_import.py"}
