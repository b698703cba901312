"""`python -m warren_compiler`: the compiler as a process of its own."""

from __future__ import annotations

import sys

from warren.runs.engine_service import run_engine_service
from warren_compiler import app


def main() -> int:
    """Run until asked to stop; returns the exit code."""
    return run_engine_service("compiler", app.run)


if __name__ == "__main__":
    sys.exit(main())
