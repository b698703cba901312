"""Attempts that nobody waits for, as far as this worker was told: whole runs, and single attempts.

They are remembered for what is still in a queue: an order for one of them that comes later need not be carried out. A
bounded number of them, the latest; who comes after that, or to a worker that was not there, runs in vain.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Final
from uuid import UUID

from warren.contracts.messages import CancelActions
from warren_worker.attempts import Key

REMEMBERED: Final = 50_000
"""So many runs, and as many attempts."""


class Unwanted:
    """What this worker was told."""

    __slots__ = ("_attempts", "_runs")

    def __init__(self) -> None:
        self._runs: dict[UUID, None] = {}
        self._attempts: dict[Key, None] = {}

    def __contains__(self, key: Key) -> bool:
        return key in self._attempts or key[0] in self._runs

    def __bool__(self) -> bool:
        return bool(self._attempts or self._runs)

    def add(self, order: CancelActions) -> None:
        """Take in what is not to be worked on."""
        self._runs.update(dict.fromkeys(order.run_ids))
        self._attempts.update(
            dict.fromkeys((part.run_id, *attempt) for part in order.attempts for attempt in part.attempts)
        )
        _shorten(self._runs)
        _shorten(self._attempts)


def _shorten(found: dict[UUID, None] | dict[Key, None]) -> None:
    """Forget the earliest ones."""
    surplus: Iterable[object] = islice(found, max(len(found) - REMEMBERED, 0))
    for each in list(surplus):
        del found[each]  # type: ignore[arg-type]  # one of its own keys
