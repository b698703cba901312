"""Which of several coordinators does a piece of work: a claim in the store's settings, with the end of it.

A cheap lock, not a fence: around the end of a claim two may work at once. It must not know what the work is.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, TypeAdapter

from warren.ports import RunStore
from warren.runs.shared_note import Noted, SharedNote
from warren.runtime.clock import Clock


class ClaimNote(BaseModel):
    """The setting's value."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    owner: str
    until: datetime


class Claim:
    """One coordinator's claim to a piece of work, in the setting with this name.

    It holds for `length` and is renewed when half of that is over.
    """

    def __init__(self, *, store: RunStore, clock: Clock, setting: str, length: timedelta) -> None:
        self._setting = SharedNote(store, setting, TypeAdapter(ClaimNote))
        self._clock = clock
        self._length = length
        self._owner = uuid4().hex
        self._mine: Noted[ClaimNote] | None = None
        self._ask_at: datetime | None = None

    async def is_held(self) -> bool:
        """Claim it if nobody else does, or renew the claim; most answers need no look into the store."""
        now = self._clock.now()
        if self._ask_at is not None and now < self._ask_at:
            return self._mine is not None
        known = self._mine
        if known is None:
            known = await self._setting.read()
            claim = known.value
            if claim is not None and now < claim.until <= now + self._length:
                self._ask_at = claim.until
                return False
        self._mine = await self._setting.write(ClaimNote(owner=self._owner, until=now + self._length), over=known)
        self._ask_at = None if self._mine is None else now + self._length / 2
        return self._mine is not None
