"""Runs the `warren` command as a user does, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
WARREN = Path(sys.executable).parent / "warren"


def run_warren(
    *arguments: str, cwd: Path = ROOT, command: Path = WARREN, seconds: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run `warren ARGUMENTS` without any `WARREN_*` variable and without this test's marks."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("WARREN_", "PYTEST_", "PYTHONPATH", "VIRTUAL_ENV"))
    }
    return subprocess.run(
        [command, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=seconds
    )
