"""The broker marker: how a coordinator finds out that the broker lost its data. Decides; `recovery` acts.

A message with a value lies in `warren.marker`, and the setting `marker` in the store says which value that must be. If
it is not there, the broker is a new one: the setting is replaced, which at the same time notes that a recovery has
begun, so that another coordinator goes on with it should this one die. Looking takes nothing off the queue.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, TypeAdapter

from warren.contracts import names, wire
from warren.contracts.messages import Marker
from warren.errors import MessageError
from warren.ports import Broker, Delivery, OutgoingMessage, RunStore
from warren.runs.shared_note import SharedNote
from warren.runtime.clock import Clock
from warren.runtime.logs import get_logger

log = get_logger(__name__)

_CHECKS: Final = 4
_CHECK_SECONDS: Final = 0.4
_RECEIVE_SECONDS: Final = 5.0
_ABANDONED: Final = timedelta(seconds=30)
"""A recovery whose note was not renewed for so long has lost its coordinator."""


class MarkerNote(BaseModel):
    """The setting: the marker's value, and how far a recovery has come if one is under way."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: UUID
    written_at: datetime
    recovering_since: datetime | None = None
    after: UUID | None = None
    """Runs up to this one have been dealt with."""


class BrokerMarker:
    """Looks for the marker and keeps the note of it."""

    def __init__(self, *, broker: Broker, store: RunStore, clock: Clock) -> None:
        self._broker = broker
        self._setting = SharedNote(store, names.MARKER_SETTING, TypeAdapter(MarkerNote))
        self._clock = clock
        self._mine: MarkerNote | None = None

    async def check(self) -> MarkerNote | None:
        """A note of a recovery that this process must carry out now; None when all is well or another one does it.

        Of several that ask at once, one gets the note.
        """
        while True:
            noted = await self._setting.read()
            note = noted.value
            if note is not None and await self._is_in_broker(note.value):
                if note.recovering_since is None:
                    return None
                if note != self._mine and note.written_at > self._clock.now() - _ABANDONED:
                    return None
                log.warning("continuing an interrupted recovery", after=str(note.after))
                new = note.model_copy(update={"written_at": self._clock.now()})
            elif note is not None and note.written_at > self._clock.now() - timedelta(seconds=_CHECKS * _CHECK_SECONDS):
                await self._clock.sleep(_CHECK_SECONDS)  # another coordinator is just putting it there
                continue
            else:
                now = self._clock.now()
                new = MarkerNote(value=uuid4(), written_at=now, recovering_since=None if note is None else now)
            if await self._setting.write(new, over=noted) is None:
                continue
            if note is None or new.value != note.value:
                await self._put(new.value)
            self._mine = new
            return None if new.recovering_since is None else new

    async def is_recovering(self) -> bool:
        """Whether a recovery is under way, here or elsewhere, or has been left."""
        note = (await self._setting.read()).value
        return note is not None and note.recovering_since is not None

    async def advance(self, note: MarkerNote, *, after: UUID) -> MarkerNote | None:
        """Note that the recovery has come as far as `after`; None if another coordinator has taken it over."""
        return await self._replace(note, {"after": after, "written_at": self._clock.now()})

    async def finish(self, note: MarkerNote) -> None:
        """Note that the recovery is complete."""
        await self._replace(note, {"after": None, "recovering_since": None, "written_at": self._clock.now()})

    async def _replace(self, note: MarkerNote, changes: dict[str, object]) -> MarkerNote | None:
        new = note.model_copy(update=changes)
        written = await self._setting.write(new, over=self._setting.as_written(note))
        self._mine = None if written is None else new
        return self._mine

    async def _put(self, value: UUID) -> None:
        body = wire.dump(Marker(value=value))
        await self._broker.publish([OutgoingMessage(names.DEFAULT_EXCHANGE, names.MARKER_QUEUE, body)])

    async def _is_in_broker(self, value: UUID) -> bool:
        """Look several times: another coordinator that looks at this moment holds the message for a little while."""
        for look in range(_CHECKS):
            if look:
                await self._clock.sleep(_CHECK_SECONDS)
            stats = await self._broker.stats(names.MARKER_QUEUE)
            if stats is not None and stats.messages and await self._see(value):
                return True
        return False

    async def _see(self, value: UUID) -> bool:
        """Receive what lies in the queue and give it back, but for markers of the past.

        A marker is noted before it is put there. So one that is not the noted one, of which the note is read after the
        marker was received, is of the past; one that is not `value` may be newer than that.
        """
        subscription = await self._broker.subscribe(names.MARKER_QUEUE, prefetch=100)
        try:
            async with asyncio.timeout(_RECEIVE_SECONDS):
                deliveries = await subscription.receive(100)
            note = (await self._setting.read()).value
            noted = None if note is None else note.value
            right = [delivery for delivery in deliveries if _value_of(delivery) == noted]
            subscription.nack(right[:1])
            subscription.ack([delivery for delivery in deliveries if delivery not in right[:1]])
            return bool(right) and noted == value
        except TimeoutError:
            return False
        finally:
            await subscription.cancel()


def _value_of(delivery: Delivery) -> UUID | None:
    try:
        return wire.load(Marker, delivery.body).value
    except MessageError:
        return None
