"""The store's maintenance, once a day from every coordinator: it is cheap, and there need be no cron job for it."""

from __future__ import annotations

from typing import Final

from warren.errors import WarrenError
from warren.ports import RunStore
from warren.runtime.clock import Clock
from warren.runtime.logs import get_logger

log = get_logger(__name__)

_DAY: Final = 86_400.0
_HOUR: Final = 3_600.0


async def maintain_forever(store: RunStore, clock: Clock) -> None:
    """Maintain the store until cancelled, at once and then every day, or an hour after a failure; run it as a task."""
    while True:
        pause = _DAY
        try:
            await store.maintain()
        except WarrenError as error:
            log.warning("database maintenance failed; `warren migrate` does the same", error=str(error))
            pause = _HOUR
        await clock.sleep(pause)
