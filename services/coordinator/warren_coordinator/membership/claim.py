"""Whose turn a piece of work is, of several coordinators: a claim in the store's settings, with the end of it.

A cheap lock, not a fence: around the end of a claim two may work at once. It must not know what the work is.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, ValidationError

from warren.errors import StoreError
from warren.ports import RunStore
from warren.runtime.clock import Clock


class Claim(BaseModel):
    """The setting's value."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    owner: str
    until: datetime


class Turn:
    """One coordinator's claim. It holds for `length` and is renewed when half of that is over."""

    def __init__(self, *, store: RunStore, clock: Clock, setting: str, length: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._setting = setting
        self._length = length
        self._owner = uuid4().hex
        self._mine: str | None = None
        self._ask_at: datetime | None = None

    async def is_mine(self) -> bool:
        """Claim it if nobody else does, or renew the claim; most answers need no look into the store."""
        now = self._clock.now()
        if self._ask_at is not None and now < self._ask_at:
            return self._mine is not None
        known = self._mine
        if known is None:
            known = await self._store.get_setting(self._setting)
            claim = None if known is None else self._parse(known)
            if claim is not None and now < claim.until <= now + self._length:
                self._ask_at = claim.until
                return False
        mine = Claim(owner=self._owner, until=now + self._length).model_dump_json()
        done = await self._store.set_setting(self._setting, mine, expected=known)
        self._mine = mine if done else None
        self._ask_at = now + self._length / 2 if done else None
        return done

    def _parse(self, text: str) -> Claim:
        try:
            return Claim.model_validate_json(text)
        except ValidationError as error:
            raise StoreError(f"the setting {self._setting!r} is not a claim: {text[:200]}") from error
