"""Ending a process in time although something in it does not end: threads, tasks, `atexit` functions, children.

Must not know services.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable
from time import sleep
from typing import Final

from warren.sdk.forks import flush_streams

EXIT_SECONDS: Final = 5.0
"""How long a process may take for what comes after its work: closing the event loop, `atexit` functions."""


def end_now(code: int) -> None:
    """End this process with `code`, without Python's clean-up."""
    end_children()
    flush_streams()
    os._exit(code)


def end_within(seconds: float, code: int, *, end: Callable[[int], None] = end_now) -> None:
    """Call `end` with `code`, in a thread, unless the process has ended by itself `seconds` from now."""

    def wait() -> None:
        sleep(seconds)
        end(code)

    threading.Thread(target=wait, name="warren-end", daemon=True).start()


def end_children() -> None:
    """SIGTERM to the children of `multiprocessing`: without its own clean-up they would wait for work indefinitely."""
    multiprocessing = sys.modules.get("multiprocessing")
    if multiprocessing is None:
        return
    with contextlib.suppress(Exception):
        for child in multiprocessing.active_children():
            child.terminate()
