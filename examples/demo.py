"""`make demo`: the examples by the `warren` command, and a process that is killed in the middle of a run.

Needs no server; what it keeps is in a temporary directory that is removed at the end.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

ROOT = Path(__file__).parents[1]
WARREN = Path(sys.executable).parent / "warren"
PACKING_SECONDS = 5
KILLED_AFTER = 4.0
ORDER = {"id": "A-1", "lines": [{"sku": "tea", "quantity": 2, "price": "4.50"}], "card": "ok"}


def main() -> int:
    """Run everything; returns the exit code."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="warren-demo-") as folder:
        data = str(Path(folder) / "data")
        say("Three numbers, six calculations side by side, two sums:")
        warren("run", "examples.parallel_math", "--input", "numbers=[10, 20, 30]", "--data", data)

        say("Three texts, split into parts; the words of all parts counted side by side and merged:")
        warren("run", "examples.document_pipeline", "--input", "top=3", "--data", data)

        say("A subscription that bills each month (of a tenth of a second), and begins a fresh history on the way:")
        account = json.dumps({"account": {"customer": "Ann"}, "month_seconds": 0.1, "months": 12})
        warren("run", "examples.subscription", "--input", account, "--data", data)

        say(f"An order that is packed for {PACKING_SECONDS} seconds. The process is killed (SIGKILL) meanwhile:")
        given = json.dumps({"order": ORDER, "packing_seconds": PACKING_SECONDS})
        order = ["run", "examples.order_fulfilment", "--input", given, "--run-id", str(uuid4()), "--data", data]
        kill(*order)

        say("The same run again: it goes on where it was.")
        warren(*order)

        say("Its history. The first attempt to book the carrier failed, as it always does here:")
        warren("history", order[5], "--data", data)
    say(f"That was Warren, in {time.monotonic() - started:.0f} seconds. Next: README.md, docs/tutorial/quickstart.md")
    return 0


def say(text: str) -> None:
    """Print a line of explanation."""
    print(f"\n# {text}", flush=True)


def warren(*arguments: str) -> None:
    """Show a command and run it; ends the demo when it fails."""
    show(arguments)
    subprocess.run([WARREN, *arguments], cwd=ROOT, env=environment(), check=True, timeout=120)


def kill(*arguments: str) -> None:
    """Show a command, run it, and kill its process after a while."""
    show(arguments)
    process = subprocess.Popen([WARREN, *arguments], cwd=ROOT, env=environment())
    time.sleep(KILLED_AFTER)
    process.send_signal(signal.SIGKILL)
    print(f"killed: exit code {process.wait()}", flush=True)


def show(arguments: tuple[str, ...]) -> None:
    """Print a command as one would type it."""
    print(f"$ warren {shlex.join(arguments)}", flush=True)


def environment() -> dict[str, str]:
    """This process's environment without settings of Warren: the demo brings its own servers."""
    return {name: value for name, value in os.environ.items() if not name.startswith("WARREN_")}


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(f"demo: {shlex.join(map(str, error.cmd))} failed with exit code {error.returncode}")
