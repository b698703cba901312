"""What workers need not go on with, gathered over a batch: one message however many actions it is about.

A hint, on which nothing depends: the messages are neither kept by the broker nor sent again. Must not know why.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from warren.contracts import messages, names, wire
from warren.ports import OutgoingMessage

_ATTEMPTS: Final = 5_000
"""In one message, at most."""


class Stops:
    """Whole runs, and single attempts of others."""

    __slots__ = ("_attempts", "_runs")

    def __init__(self) -> None:
        self._runs: dict[UUID, None] = {}
        self._attempts: dict[UUID, dict[tuple[int, int], None]] = {}

    def add(self, run_id: UUID, attempts: Iterable[tuple[int, int]]) -> None:
        """Add attempts (invocation and attempt) of a run, or, where there are none, all of them."""
        found = dict.fromkeys(attempts)
        if found:
            self._attempts.setdefault(run_id, {}).update(found)
        else:
            self._runs[run_id] = None

    def messages(self) -> list[OutgoingMessage]:
        """Those for `warren.control`; what was added is forgotten."""
        if not self._runs and not self._attempts:
            return []
        orders = [messages.CancelActions(run_ids=tuple(self._runs))] if self._runs else []
        part: list[messages.StoppedActions] = []
        room = _ATTEMPTS
        for run_id, found in self._attempts.items():
            attempts = () if run_id in self._runs else tuple(found)
            while attempts:
                part.append(messages.StoppedActions(run_id=run_id, attempts=attempts[:room]))
                attempts, room = attempts[room:], room - min(room, len(attempts))
                if not room:
                    orders.append(messages.CancelActions(run_ids=(), attempts=tuple(part)))
                    part, room = [], _ATTEMPTS
        if part:
            orders.append(messages.CancelActions(run_ids=(), attempts=tuple(part)))
        self._runs, self._attempts = {}, {}
        return [
            OutgoingMessage(names.CONTROL_EXCHANGE, "", wire.dump(order), mandatory=False, persistent=False)
            for order in orders
        ]
