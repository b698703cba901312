"""What a forked child of a service must not have of it: its signals, its event loop, and the sockets of that loop.

An action may fork (`os.fork`, `multiprocessing`, `subprocess` with `preexec_fn`). Without this, a signal to the child
reaches the parent through the wake-up descriptor that both have; the child holds the connections open when the parent
has died; and what it removes from the epoll instance is removed for the parent, too. So everything that the loop
watches becomes /dev/null in the child: nothing is sent, nothing is shut down, and no number is free to be mistaken for
another file. Must not know what runs on the loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import sys
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

_SIGNALS: Final[dict[signal.Signals, Any]] = {signal.SIGTERM: signal.SIG_DFL, signal.SIGINT: signal.default_int_handler}
"""What the chassis handles, and what becomes of it in a child."""


class _Guard:
    """The event loop that children must not have, and what the thread that forks keeps until the fork is done."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.thread = 0
        self.masks = threading.local()

    def before(self) -> None:
        """Hold signals back: one that comes to the child too early would still reach the parent's loop."""
        if self.loop is not None:
            self.masks.before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)

    def after_in_parent(self) -> None:
        """Let signals through again."""
        before = self.masks.__dict__.pop("before", None)
        if before is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def after_in_child(self) -> None:
        """Part with everything, and let signals through again."""
        loop, self.loop = self.loop, None
        try:
            if loop is not None:
                _disconnect(loop, _reset_signals())
                _forget(loop, is_own=threading.get_ident() == self.thread)
        finally:
            self.after_in_parent()


@cache
def _guard() -> _Guard:
    """The one guard of this process; `os` has no way to remove a hook again."""
    guard = _Guard()
    os.register_at_fork(before=guard.before, after_in_parent=guard.after_in_parent, after_in_child=guard.after_in_child)
    return guard


@contextlib.contextmanager
def detached_children() -> Iterator[None]:
    """While the block runs, a process that is forked here has nothing of the running event loop."""
    guard = _guard()
    before = guard.loop, guard.thread
    guard.loop, guard.thread = asyncio.get_running_loop(), threading.get_ident()
    try:
        yield
    finally:
        guard.loop, guard.thread = before


def _reset_signals() -> int:
    """Python's own handling of signals again; returns the descriptor that woke the loop, -1 for none."""
    descriptor = signal.set_wakeup_fd(-1)
    for number, action in _SIGNALS.items():
        signal.signal(number, action)
    return descriptor


def _forget(loop: asyncio.AbstractEventLoop, *, is_own: bool) -> None:
    """The loop is nobody's current one; if this thread was the loop's, it goes no further.

    That no loop runs in a child asyncio knows by itself, and since Python 3.12 also the rest.
    """
    if sys.version_info < (3, 12):
        asyncio.set_event_loop_policy(None)
    if is_own:
        loop.stop()


def _disconnect(loop: asyncio.AbstractEventLoop, waking: int) -> None:
    """Put /dev/null in the place of everything that the loop watches and of what wakes it, and an epoll of its own."""
    poll = _poll_descriptor(loop)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (*([] if poll is None else _watched(poll, loop)), waking):
        with contextlib.suppress(OSError):  # -1
            os.dup2(null, descriptor, inheritable=False)
    os.close(null)
    if poll is not None and hasattr(select, "epoll"):
        with select.epoll() as empty, contextlib.suppress(OSError):
            os.dup2(empty.fileno(), poll, inheritable=False)


def _poll_descriptor(loop: Any) -> int | None:
    """The epoll instance of a uvloop or asyncio loop."""
    with contextlib.suppress(Exception):  # another kind of loop; or none that waits with a descriptor
        return int(loop._get_backend_id() if hasattr(loop, "_get_backend_id") else loop._selector.fileno())
    return None


def _watched(poll: int, loop: Any) -> list[int]:
    """What the epoll instance watches, as Linux tells it; elsewhere as asyncio's loop remembers it."""
    try:
        lines = Path(f"/proc/self/fdinfo/{poll}").read_text().splitlines()
    except OSError:
        selector = getattr(loop, "_selector", None)
        return [] if selector is None else list(selector.get_map())
    return [int(line.split()[1]) for line in lines if line.startswith("tfd:") and _is_same_file(line)]


def _is_same_file(line: str) -> bool:
    """Whether the number still is the file that is watched: `tfd: 13 events: 19 data: d pos:0 ino:9d14 sdev:9`."""
    fields = dict(part.split(":", 1) for part in line.split() if ":" in part)
    try:
        return "ino" not in fields or os.fstat(int(line.split()[1])).st_ino == int(fields["ino"], 16)
    except (OSError, ValueError):
        return False
