"""A program does the same on every machine: whatever zone, locale, hash seed and settings its process has."""

from __future__ import annotations

import asyncio
import decimal
import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.oracle import machine

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(120)
SET_LOCALE = "import locale, os; locale.setlocale(locale.LC_ALL, os.environ.get('LC_ALL', 'C')); "
GERMAN = "de_DE.UTF-8"
ENVIRONMENTS: dict[str, dict[str, str]] = {
    "new york": {"TZ": "America/New_York", "PYTHONHASHSEED": "1"},
    "kathmandu": {"TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "2", "LC_ALL": "C.UTF-8"},
    "german": {"TZ": "Europe/Berlin", "PYTHONHASHSEED": "3", "LC_ALL": GERMAN},
    "decimals": {"TZ": "UTC", "DECIMAL_PRECISION": "5"},
    "few digits": {"TZ": "UTC", "PYTHONINTMAXSTRDIGITS": "700"},
    "any digits": {"TZ": "UTC", "PYTHONINTMAXSTRDIGITS": "0"},
}


@pytest.fixture(scope="session")
def locales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a German locale, which most machines for tests have not installed; empty without `localedef`."""
    folder = tmp_path_factory.mktemp("locales")
    command = shutil.which("localedef")
    if command is not None:
        arguments = ["-i", "de_DE", "-f", "UTF-8", str(folder / GERMAN)]
        subprocess.run([command, *arguments], check=True, capture_output=True)
    return folder


def environment(name: str, locales: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "PYTHON", "TZ"))}
    made = {**kept, "PYTHONPATH": str(ROOT), **ENVIRONMENTS[name]}
    if made.get("LC_ALL") == GERMAN:
        if not (locales / GERMAN).exists():
            pytest.skip("there is no `localedef` to make a German locale: install glibc's (Debian: libc-bin, locales)")
        made["LOCPATH"] = str(locales)
    return made


@cache
def here() -> dict[str, str]:
    return asyncio.run(machine.observe_all())


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_expressions_give_the_same_in_every_environment(name: str, locales: Path) -> None:
    command = [sys.executable, "-m", "tests.oracle.machine"]
    process = subprocess.run(
        command, cwd=ROOT, env=environment(name, locales), check=True, capture_output=True, text=True
    )
    found: dict[str, Any] = json.loads(process.stdout)
    assert {line: text for line, text in found.items() if text != here()[line]} == {}


def test_the_german_environment_writes_commas(locales: Path) -> None:
    """A locale that is not there would leave the tests with the one of C, and nothing would show it."""
    code = f"{SET_LOCALE}print(locale.localeconv()['decimal_point'])"
    process = subprocess.run(
        [sys.executable, "-c", code], env=environment("german", locales), check=True, capture_output=True, text=True
    )
    assert process.stdout == ",\n"


def test_what_would_read_the_machine_ends_the_run_and_says_what_to_write() -> None:
    others = {line: text for line in machine.REFUSED.splitlines() if not (text := here()[line]).startswith("refused: ")}
    assert others == {}
    assert all("depends on the machine" in here()[line] for line in machine.REFUSED.splitlines())


def test_all_else_is_what_cpython_gives_in_the_c_locale() -> None:
    """But for functions, whose addresses no two processes share, and sets, which keep an order of their own."""
    names: dict[str, Any] = {}
    exec(
        machine.HEAD.partition("from warren")[0] + machine.HEAD.partition("workflow\n\n")[2].partition("@action")[0],
        names,
    )
    assert decimal.getcontext().prec == 28
    for line in machine.VALUES.splitlines():
        if "act" not in line.replace("fact", "") and "{1," not in line and "list({" not in line:
            assert here()[line] == repr(eval(line, names)), line


@pytest.mark.parametrize("name", ["new york", "kathmandu", "german"])
def test_the_oracle_agrees_in_every_environment(name: str, locales: Path) -> None:
    """The fixtures about time, text, sets and numbers, natively and in the engine."""
    chosen = "dates or decimals or set or literal or fstring or math or json or dict or enum or text or sort"
    call = f"sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', 'tests/oracle/test_oracle.py', '-k', '{chosen}']))"
    process = subprocess.run(
        [sys.executable, "-c", f"{SET_LOCALE}import pytest, sys; {call}"],
        cwd=ROOT,
        env=environment(name, locales),
        check=False,
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stdout[-3_000:]
