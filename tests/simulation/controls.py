"""Safeguards that a simulation can do without, to show that it would notice: of the services, and of the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from unittest.mock import patch

from tests.simulation.injection import refuse_rows
from tests.simulation.network import NotedRunStore
from tests.support.controls import CONTROLS as OF_SERVICES
from tests.support.controls import Control

AGAINST_NEIGHBOURS: Final = ("salvage", "single", "halves", "replacement", "quarantine")
"""What keeps bad neighbours from others."""


def _unfenced(store: Any, transitions: Any) -> None:
    """A store that would take a second transition of the same number."""
    refuse_rows(transitions)


CONTROLS: Final[dict[str, Control]] = {
    **{name: control for name, control in OF_SERVICES.items() if name != "watchdog"},  # a simulated loop does not block
    "fence": lambda: patch.object(NotedRunStore, "_refuse_taken", _unfenced),
}


@contextmanager
def without(name: str | None) -> Iterator[None]:
    """Take one safeguard away."""
    if name is None:
        yield
        return
    with CONTROLS[name]():
        yield
