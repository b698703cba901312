"""The watchdog ends the work that takes too long, and none beside it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

import pytest

from warren.runs.transition_watchdog import TransitionOverdue, TransitionWatchdog

SECONDS = 0.1


@pytest.fixture
def watchdog() -> Iterator[TransitionWatchdog]:
    made = TransitionWatchdog(SECONDS)
    yield made
    made.close()


def compute(seconds: float) -> None:
    """Use processor time of this thread."""
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def test_what_computes_for_too_long_is_ended(watchdog: TransitionWatchdog) -> None:
    work = object()
    begun = time.thread_time()
    with watchdog:
        watchdog.current = work
        with pytest.raises(TransitionOverdue):
            compute(20.0)
        assert watchdog.is_overdue(work)
    assert time.thread_time() - begun < 10 * SECONDS


def test_short_pieces_of_work_are_not_added_up(watchdog: TransitionWatchdog) -> None:
    with watchdog:
        for _ in range(10):
            watchdog.current = work = object()
            compute(SECONDS / 2)
            assert not watchdog.is_overdue(work)


def test_waiting_is_not_computing(watchdog: TransitionWatchdog) -> None:
    """A process that was stopped, or has no processor to itself, is not overdue."""
    with watchdog:
        watchdog.current = work = object()
        threading.Event().wait(4 * SECONDS)
        assert not watchdog.is_overdue(work)


def test_nothing_is_raised_outside(watchdog: TransitionWatchdog) -> None:
    with watchdog:
        watchdog.current = object()
    compute(3 * SECONDS)


def test_work_that_swallows_it_is_known_as_overdue(watchdog: TransitionWatchdog) -> None:
    """As the engine does, which makes a failed run of it."""
    work, other = object(), object()
    with watchdog:
        watchdog.current = work
        with contextlib.suppress(TransitionOverdue):
            compute(20.0)
        assert not watchdog.is_overdue(other)
        assert watchdog.is_overdue(work)
        assert not watchdog.is_overdue(work), "it is told once"


def test_it_strikes_again_where_it_was_not_heard(watchdog: TransitionWatchdog) -> None:
    work, heard = object(), 0
    with watchdog:
        watchdog.current = work
        while heard < 2:
            try:
                compute(20.0)
            except TransitionOverdue:
                heard += 1


def test_the_thread_rests_and_wakes_up(watchdog: TransitionWatchdog) -> None:
    with watchdog:
        watchdog.current = object()
    deadline = time.monotonic() + 10
    while watchdog._wake.is_set() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not watchdog._wake.is_set()
    with watchdog:
        watchdog.current = object()
        with pytest.raises(TransitionOverdue):
            compute(20.0)
