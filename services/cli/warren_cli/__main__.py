"""`warren`, and `python -m warren_cli`."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; exits with the command's code."""
    try:
        from warren_cli.cli import app
    except ModuleNotFoundError as error:  # an installation for authors or for one service has the script, too
        print(  # noqa: T201 - there is nothing else to print with
            f"error: the `warren` command needs {error.name}: pip install 'warren[cli]', or 'warren[embedded]' for "
            "runs without a server. One service alone is `python -m warren_worker MODULE`, `-m warren_compiler` or "
            "`-m warren_coordinator`, with the extra of its name",
            file=sys.stderr,
        )
        return 2
    app(prog_name="warren")
    return 0


if __name__ == "__main__":
    sys.exit(main())
