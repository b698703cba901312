"""Safeguards that a simulation can do without, to show that it would notice: each takes a part of the services away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final
from unittest.mock import patch

import warren.runtime.publisher
import warren_coordinator.events.incoming
from warren.runs.quarantine import Quarantine
from warren_coordinator.events.commits import Commits
from warren_coordinator.events.single_events import SingleEvents


async def _nothing(*_: Any, **__: Any) -> None:
    """What was to be kept is dropped."""


async def _nobody(*_: Any, **__: Any) -> list[Any]:
    """What went wrong is dropped."""
    return []


async def _whole_or_not(commits: Any, error: Exception, transitions: Any, *_: Any) -> None:
    """A refused commit is not taken apart: everything in it is dropped."""
    commits._forget(transitions.touched)


CONTROLS: Final[dict[str, Callable[[], AbstractContextManager[Any]]]] = {
    "salvage": lambda: patch.object(warren_coordinator.events.incoming, "_salvaged", lambda body: []),
    "single": lambda: patch.object(SingleEvents, "handle", _nobody),
    "halves": lambda: patch.object(Commits, "_commit_by_halves", _whole_or_not),
    "replacement": lambda: patch.object(warren.runtime.publisher, "replacement_of", lambda *_: None),
    "quarantine": lambda: patch.object(Quarantine, "_keep", _nothing),
}
"""By name. `salvage` reads ill-formed batches, `single` ends runs whose events go wrong, `halves` finds a row that the
store refuses, `replacement` has fail what a refused message was about, `quarantine` keeps what cannot be sent now."""


@contextmanager
def without(name: str | None) -> Iterator[None]:
    """Take one safeguard away."""
    if name is None:
        yield
        return
    with CONTROLS[name]():
        yield
