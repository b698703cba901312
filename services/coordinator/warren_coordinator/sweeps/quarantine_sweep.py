"""Publishing again, with growing pauses, what was quarantined; what the broker takes is forgotten here.

Each message is tried by one coordinator: published twice, it would be executed twice. What is about a run that has
ended meanwhile is dropped. Must not know why a message was set aside.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from warren.contracts import names
from warren.contracts.messages import RunStatus
from warren.errors import InfrastructureError, MessageRefused, UnroutableMessage, WarrenError
from warren.ports import Broker, OutgoingMessage, QuarantinedMessage, RunStore
from warren.runs.quarantine import MOST_TRIES_OF_EARLY, Quarantine, message_of
from warren.runtime.clock import Clock
from warren.runtime.logs import get_logger
from warren.runtime.publisher import Repair

log = get_logger(__name__)

_CHECK_SECONDS: Final = 5.0
_CLAIM: Final = timedelta(seconds=60)
"""After so long others try what a coordinator claimed and then died with."""
_PAGE: Final = 20


class QuarantineSweep:
    """Looks every few seconds for what is to be tried again. `repair` makes a route that was missing."""

    def __init__(self, *, broker: Broker, store: RunStore, clock: Clock, repair: Repair) -> None:
        self._broker = broker
        self._store = store
        self._clock = clock
        self._repair = repair
        self._quarantine = Quarantine(store, clock)

    async def run(self) -> None:
        """Check until cancelled; run it as a task."""
        while True:
            await self._clock.sleep(_CHECK_SECONDS)
            try:
                await self._check()
            except WarrenError as error:
                log.warning("quarantine sweep failed", error=f"{type(error).__name__}: {error}")

    async def _check(self) -> None:
        now = self._clock.now()
        while due := await self._store.claim_quarantined(due_at=now, until=now + _CLAIM, limit=_PAGE):
            for kept in due:
                await self._try(kept)
            if len(due) < _PAGE:
                return

    async def _try(self, kept: QuarantinedMessage) -> None:
        if kept.run_id is not None and kept.exchange in (names.ACTIONS_EXCHANGE, names.EVENTS_EXCHANGE):
            run = await self._store.get_run(kept.run_id)
            if run is None and kept.tries < MOST_TRIES_OF_EARLY:
                await self._quarantine.keep_again(kept, kept.reason)
                return
            is_followed = kept.exchange == names.EVENTS_EXCHANGE  # to the run that goes on in its place
            open_ones = (RunStatus.RUNNING, RunStatus.CONTINUED) if is_followed else (RunStatus.RUNNING,)
            if run is None or run.status not in open_ones:
                await self._store.release([kept])
                why = "its run never came" if run is None else "its run has ended"
                log.info("quarantined message dropped", reason=why, id=str(kept.id), run_id=str(kept.run_id))
                return
        try:
            await self._publish(message_of(kept))
        except MessageRefused as error:
            await self._quarantine.keep_again(kept, next(iter(error.refusals.values())).reason)
        except InfrastructureError as error:
            await self._quarantine.keep_again(kept, f"{type(error).__name__}: {error}")
        else:
            await self._store.release([kept])
            log.info("quarantined message published", id=str(kept.id), tries=kept.tries + 1)

    async def _publish(self, message: OutgoingMessage) -> None:
        try:
            await self._broker.publish([message])
        except UnroutableMessage as error:
            await self._repair(error)
            await self._broker.publish([message])
