"""Events with which something went wrong, one by one: applied again alone, or else their run fails with what is wrong.

So a fault of the engine, of one run's values or of one row costs that run and nothing else, and nobody waits for a run
that cannot go on. Must not know what went wrong before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from warren.contracts import messages
from warren.engine.values.limits import Stop
from warren.errors import InfrastructureError, InternalError, StoreError, WarrenError
from warren.runs.transition_watchdog import TransitionOverdue, TransitionWatchdog
from warren.runtime.clock import Clock
from warren.runtime.dead_letters import parked
from warren.runtime.logs import get_logger
from warren_coordinator.events import rejection as reasons
from warren_coordinator.events.batch import Effects, Fault, Item
from warren_coordinator.events.commits import Commits
from warren_coordinator.events.transitions import Transitions
from warren_coordinator.run_cache import RunCache, RunEntry
from warren_coordinator.run_loader import RunLoader

log = get_logger(__name__)

_STORE_AGAIN_SECONDS: Final = 0.2
"""Then a store that refuses one run's transition is asked once more, as it may be the store's own fault."""


class SingleEvents:
    """Handles single events."""

    def __init__(
        self,
        *,
        cache: RunCache,
        loader: RunLoader,
        commits: Commits,
        clock: Clock,
        max_losses: int,
        watchdog: TransitionWatchdog,
    ) -> None:
        self._cache = cache
        self._loader = loader
        self._commits = commits
        self._clock = clock
        self._max_losses = max_losses
        self._watchdog = watchdog

    async def handle(self, items: list[Item], faults: Mapping[UUID, Fault], effects: Effects) -> list[Item]:
        """Apply each event alone; returns those that changed nothing. `faults` has every run of `items`.

        Raises:
            InfrastructureError: the store refuses the end of a run, too, so the fault is its own.
        """
        left = []
        for item in items:
            event = item.event
            fault = faults[event.run_id]
            if fault.event is event and (error := self._certain(event, fault)) is not None:
                await self._reject(item, error, fault.error, effects)
            elif not await self._apply(item, effects):
                left.append(item)
        return left

    def _certain(self, event: messages.RunEvent, fault: Fault) -> WarrenError | None:
        """What the run fails with, where trying again would do harm or change nothing."""
        if fault.fatal is not None:
            return reasons.was_fatal(event, fault.fatal)
        if fault.is_overdue:
            return reasons.took_too_long(event, self._watchdog.seconds)
        return None

    async def _apply(self, item: Item, effects: Effects) -> bool:
        """Apply one event; false when it changes nothing."""
        event = item.event
        is_first = True
        while (entry := await self._loaded(event.run_id)) is not None:
            transitions = Transitions(self._clock.now())
            is_applied, cause = self._apply_to(entry, event, transitions)
            if cause is not None:
                error = reasons.cannot_apply(event, cause)
                if isinstance(cause, TransitionOverdue):
                    error = reasons.took_too_long(event, self._watchdog.seconds)
                await self._reject(item, error, cause, effects)
                return True
            if not transitions.rows and not is_applied:
                return False
            outcome = await self._commits.commit(transitions, effects)
            if not outcome.faults and not outcome.overtaken:
                return is_applied
            if (fault := outcome.faults.get(event.run_id)) is None:
                continue
            assert isinstance(fault.error, Exception)
            if isinstance(fault.error, StoreError) and is_first:
                is_first = False
                await asyncio.sleep(_STORE_AGAIN_SECONDS)
                continue
            await self._reject(item, reasons.cannot_store(event, fault.error), fault.error, effects)
            return True
        return False

    def _apply_to(
        self, entry: RunEntry, event: messages.RunEvent, transitions: Transitions
    ) -> tuple[bool, BaseException | None]:
        """Whether the event changes anything or is refused, and what went wrong."""
        decision = None
        with self._watchdog:
            self._watchdog.current = event
            try:
                begun = entry.begin_before(event, transitions.at, max_losses=self._max_losses)
                if begun is not None:
                    transitions.add(entry, begun)
                decision = entry.apply(event, transitions.at, max_losses=self._max_losses)
                if decision is not None:
                    transitions.add(entry, decision)
            except (Exception, Stop) as error:  # noqa: BLE001 - whatever it is, the run fails with it
                return False, error
            finally:
                is_overdue = self._watchdog.is_overdue(event)
        return decision is not None, TransitionOverdue() if is_overdue else None

    async def _reject(self, item: Item, error: WarrenError, cause: BaseException, effects: Effects) -> None:
        """Have the run fail, in the place of what the event would have made of it."""
        delivery, event = item
        run_id = str(event.run_id)
        log.error("run failed: an event cannot be applied", run_id=run_id, error=str(error), exc_info=cause)
        ending = reasons.rejection(event, error)
        while (entry := await self._loaded(event.run_id)) is not None:
            transitions = Transitions(self._clock.now())
            if (decision := entry.apply(ending, transitions.at, max_losses=self._max_losses)) is not None:
                transitions.add(entry, decision)
            outcome = await self._commits.commit(transitions, effects)
            if outcome.overtaken:
                continue
            for fault in outcome.faults.values():
                if isinstance(fault.error, InfrastructureError):
                    raise fault.error
                raise InternalError(f"run {run_id} cannot even fail: {fault.error!r}") from fault.error
            break
        effects.outbox.add_message(parked(delivery, reason="rejected", detail=str(error)))

    async def _loaded(self, run_id: UUID) -> RunEntry | None:
        """The run as the store has it; None when it has ended."""
        self._cache.forget(run_id)
        loads = await self._loader.load([run_id])
        if run_id in loads.failed:
            raise InternalError(f"run {run_id} cannot be loaded") from loads.failed[run_id]
        return self._cache.get(run_id)
