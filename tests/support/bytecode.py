"""Compiled modules for the processes that tests start, on machines where Python does not keep them by itself.

With PYTHONDONTWRITEBYTECODE, as in many containers, every process compiles anew all that it imports, which is half of a
service's start. So that is done once, before the tests begin. The variable keeps its meaning for all else: no process
keeps what is compiled of a module that a test has written, and may write again.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
OWN = ("shared", "services", "tests", "examples", "docs")


def keep_compiled() -> None:
    """Compile the project and the libraries, where their sources are newer; does nothing where Python does it."""
    if sys.dont_write_bytecode:
        folders = [*(str(ROOT / name) for name in OWN), sysconfig.get_path("purelib")]
        subprocess.run([sys.executable, "-m", "compileall", "-qq", "-j", "0", *folders], check=False)  # some are wrong


@contextmanager
def writing_bytecode() -> Iterator[None]:
    """Keep what is imported within, as Python does by default."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, False
    try:
        yield
    finally:
        sys.dont_write_bytecode = before
