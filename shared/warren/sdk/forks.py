"""Processes that actions fork: telling such a child from its parent, and ending it where its function ends.

A child of `os.fork()` has a copy of the whole stack below the function that forked it. In the child nothing there may
go on: it would report results, run other actions and close connections that are the parent's. So where the function
returns or raises in a child, the child ends. Must not know what the process does besides.
"""

from __future__ import annotations

import contextlib
import os
import sys
import traceback

generation = 0
"""How many forks lie between this process and the one that imported Warren. It changes in a child only."""

_INTERRUPTED = 130


def _count() -> None:
    global generation
    generation += 1


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_count)


def end_child(before: int, error: BaseException | None = None) -> None:
    """End this process if it was forked since `generation` was `before`; return at once if it was not.

    It ends as Python would end it (the code of `sys.exit()`, 1 and a traceback for another `error`, 0 without one), but
    without `atexit` functions: those are the parent's.
    """
    if generation == before:
        return
    code = 0
    if isinstance(error, SystemExit):
        code = _exit_code(error.code)
    elif error is not None:
        traceback.print_exception(error)
        code = _INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1
    flush_streams()
    os._exit(code)


def flush_streams() -> None:
    """Write out what `print` has kept, for a process that ends without Python's own clean-up."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # None, closed, or a pipe that nobody reads any more
            stream.flush()


def _exit_code(code: object) -> int:
    """What `sys.exit(code)` means: a number is one, nothing is success, anything else is printed and a failure."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)  # noqa: T201 - as Python does it
    return 1
