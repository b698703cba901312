"""`python -m warren_coordinator`: the coordinator as a process of its own."""

from __future__ import annotations

import sys

from warren.runs.engine_service import run_engine_service
from warren_coordinator import app


def main() -> int:
    """Run until asked to stop; returns the exit code."""
    return run_engine_service("coordinator", app.run)


if __name__ == "__main__":
    sys.exit(main())
