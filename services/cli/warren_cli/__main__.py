"""`warren`, and `python -m warren_cli`."""

from __future__ import annotations

import sys

from warren_cli.cli import app


def main() -> None:
    """Run the command line; exits with the command's code."""
    app(prog_name="warren")


if __name__ == "__main__":
    sys.exit(main())  # type: ignore[func-returns-value]  # typer exits by itself
