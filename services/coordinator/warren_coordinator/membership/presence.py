"""Which coordinators are at work: each says so every few seconds in one setting of the store that all share.

A hint, not a lock: it decides who should have which shard, and never who may write. It must not know of shards.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from pydantic import AwareDatetime, TypeAdapter

from warren.contracts import names
from warren.errors import StoreError
from warren.ports import RunStore
from warren.runs.shared_note import Noted, SharedNote
from warren.runtime.clock import Clock

_TRIES: Final = 10

_Announced = dict[str, datetime]
_Change = Callable[[_Announced], _Announced]
_ANNOUNCED: Final = TypeAdapter(dict[str, AwareDatetime])


class Presence:
    """One coordinator's place in the list. An announcement holds for `length`."""

    def __init__(self, *, store: RunStore, clock: Clock, length: timedelta) -> None:
        self._setting = SharedNote(store, names.COORDINATORS_SETTING, _ANNOUNCED, is_hint=True)
        self._clock = clock
        self._length = length
        self._noted: Noted[_Announced] | None = None
        self.id = f"{int(clock.now().timestamp() * 1000):012x}-{uuid4().hex[:12]}"
        """Later ones sort after earlier ones, so that who joins leaves the order of the others as it is."""

    async def announce(self) -> list[str]:
        """Say that this coordinator is at work; returns the ids of all that are, sorted.

        Raises:
            StoreError: others change the list all the time.
        """
        now = self._clock.now()
        return sorted(await self._change(lambda known: _living(known, now) | {self.id: now + self._length}))

    async def leave(self) -> None:
        """Say that this coordinator is going."""
        now = self._clock.now()
        await self._change(lambda known: {key: at for key, at in _living(known, now).items() if key != self.id})

    async def _change(self, change: _Change) -> _Announced:
        """Compare and set. Who was alone the last time need not look first."""
        for _ in range(_TRIES):
            noted = self._noted or await self._setting.read()
            known = change(noted.value or {})
            written = await self._setting.write(known, over=noted)
            self._noted = written if list(known) == [self.id] else None
            if written is not None:
                return known
        raise StoreError(f"the list of coordinators was changed {_TRIES} times while it was written")


def _living(known: _Announced, now: datetime) -> _Announced:
    return {key: until for key, until in known.items() if until > now}
