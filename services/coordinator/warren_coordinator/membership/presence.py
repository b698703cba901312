"""Which coordinators are at work: each says so every few seconds in one setting of the store that all share.

A hint, not a lock: it decides who should have which shard, and never who may write. It must not know of shards.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from warren.errors import StoreError
from warren.ports import RunStore
from warren.runtime.clock import Clock
from warren.runtime.logs import get_logger

log = get_logger(__name__)

SETTING: Final = "coordinators"
_TRIES: Final = 10

_Announced = dict[str, datetime]
_Change = Callable[[_Announced], _Announced]
_ANNOUNCED: Final = TypeAdapter(dict[str, AwareDatetime])


class Presence:
    """One coordinator's place in the list. An announcement holds for `length`."""

    def __init__(self, *, store: RunStore, clock: Clock, length: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._length = length
        self._text: str | None = None
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
            if self._text is None:
                self._text = await self._store.get_setting(SETTING)
            known = change(_parse(self._text))
            text = _ANNOUNCED.dump_json(known).decode()
            done = await self._store.set_setting(SETTING, text, expected=self._text)
            self._text = text if done and list(known) == [self.id] else None
            if done:
                return known
        raise StoreError(f"the setting {SETTING!r} was changed {_TRIES} times while it was written")


def _living(known: _Announced, now: datetime) -> _Announced:
    return {key: until for key, until in known.items() if until > now}


def _parse(text: str | None) -> _Announced:
    if text is None:
        return {}
    try:
        return _ANNOUNCED.validate_json(text)
    except ValidationError as error:
        log.warning("the list of coordinators cannot be read and is begun anew", error=str(error)[:200])
        return {}
