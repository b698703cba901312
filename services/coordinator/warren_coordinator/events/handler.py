"""Events of all shards: load the runs, apply, commit once, carry out. The coordinator's hot path.

What goes wrong with one event stays with its run: all others of the batch are applied and committed first, and what is
left is taken one by one (`single_events`). A run that cannot even be loaded keeps its events in the quarantine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from uuid import UUID

from warren.contracts import messages
from warren.engine import may_be_ahead
from warren.engine.values.limits import Stop
from warren.errors import MessageError, RunNotFound
from warren.ports import Delivery, RunStore
from warren.runs.durations import Durations
from warren.runs.processor import Handled, RecentCauses
from warren.runs.quarantine import MOST_TRIES_OF_EARLY, Quarantine, tries_of
from warren.runs.transition_watchdog import TransitionOverdue, TransitionWatchdog
from warren.runs.trial import Trial
from warren.runtime.clock import Clock
from warren.runtime.dead_letters import parked
from warren.runtime.logs import get_logger
from warren_coordinator.events.batch import BatchOutcome, Effects, Fault, Item
from warren_coordinator.events.chains import follow, is_moved
from warren_coordinator.events.commits import Commits
from warren_coordinator.events.incoming import read_events
from warren_coordinator.events.questions import Questions
from warren_coordinator.events.republisher import Republisher
from warren_coordinator.events.run_seeds import load_seeds
from warren_coordinator.events.single_events import SingleEvents
from warren_coordinator.events.transitions import Transitions
from warren_coordinator.run_cache import RunCache, RunEntry
from warren_coordinator.run_loader import RunLoader

log = get_logger(__name__)


class EventHandler:
    """Handles `warren.events.*`: one commit for all transitions of a batch."""

    def __init__(
        self,
        *,
        cache: RunCache,
        loader: RunLoader,
        commits: Commits,
        single: SingleEvents,
        quarantine: Quarantine,
        recent: RecentCauses,
        republisher: Republisher,
        durations: Durations,
        clock: Clock,
        max_losses: int,
        watchdog: TransitionWatchdog,
        trial: Trial,
        questions: Questions,
        store: RunStore,
    ) -> None:
        self._store = store
        self._questions = questions
        self._cache = cache
        self._loader = loader
        self._commits = commits
        self._single = single
        self._quarantine = quarantine
        self._recent = recent
        self._republisher = republisher
        self._durations = durations
        self._clock = clock
        self._max_losses = max_losses
        self._watchdog = watchdog
        self._trial = trial

    async def handle(self, deliveries: Sequence[Delivery]) -> Handled:
        """Apply what the deliveries hold; what cannot be read, or is of no known run, is parked."""
        with self._cache.held():
            while True:
                try:
                    return await self._handle(deliveries)
                except TransitionOverdue:  # it was meant for a transition that had just ended
                    log.warning("handling a batch again: the watchdog fired outside a transition")

    async def give_up(self, delivery: Delivery, error: Exception) -> Handled:
        """Keep what cannot be handled, and try it again later: runs may wait for it."""
        await self._quarantine.keep_delivery(delivery, f"handling it failed: {type(error).__name__}: {error}")
        return Handled()

    async def _handle(self, deliveries: Sequence[Delivery]) -> Handled:
        effects = self._commits.effects()
        items, seeds, questions = await self._read(deliveries, effects)
        try:
            begun = await load_seeds(seeds, cache=self._cache, programs=self._loader.programs) if seeds else []
            items, faults = await self._try_suspects(items, begun)
            outcome = await self._apply(items, effects, loaded=begun, faults=faults)
            repeated = outcome.repeated
            if outcome.doubtful:
                for item in outcome.doubtful:
                    self._cache.forget(item.event.run_id)
                repeated += (await self._apply(outcome.doubtful, effects, is_final=True)).repeated
            if repeated:
                await self._republisher.publish_again(repeated, effects)
            if questions:
                await self._questions.answer(questions, effects.outbox)
        except BaseException:
            for item in items:
                self._cache.forget(item.event.run_id)
            raise
        self._cache.shrink()
        return Handled(effects.outbox.messages(), effects.causes)

    async def _read(
        self, deliveries: Sequence[Delivery], effects: Effects
    ) -> tuple[list[Item], list[str], list[messages.QueryAsked]]:
        """The events and the seeds that deliveries hold, and what is asked."""
        items: list[Item] = []
        questions: list[messages.QueryAsked] = []
        seeds: list[str] = []
        for delivery in deliveries:
            incoming = read_events(delivery)
            if incoming.fault is not None:
                await self._set_aside(delivery, incoming.fault, effects, is_for_later=incoming.is_for_later)
            for event in incoming.events:
                items.append(Item(delivery, event))  # noqa: PERF401 - a comprehension per delivery costs more
            questions += incoming.questions
            if incoming.seeds and not delivery.redelivered:
                seeds += incoming.seeds
        return items, seeds, questions

    async def _set_aside(
        self, delivery: Delivery, fault: MessageError, effects: Effects, *, is_for_later: bool
    ) -> None:
        if is_for_later:
            await self._quarantine.keep_delivery(delivery, str(fault))
            return
        log.warning("event dead-lettered", queue=delivery.queue, error=str(fault)[:500])
        effects.outbox.add_message(parked(delivery, reason=fault.code, detail=str(fault)))

    async def _apply(
        self,
        items: list[Item],
        effects: Effects,
        *,
        is_final: bool = False,
        loaded: Iterable[UUID] = (),
        faults: Mapping[UUID, Fault] | None = None,
    ) -> BatchOutcome:
        """Apply and commit. `is_final`: the runs are loaded for this; what changes nothing now is a repetition."""
        loaded = list(loaded)
        outcome = BatchOutcome(faults=dict(faults or {}))
        waiting = items
        while waiting:
            loads = await self._loader.load({item.event.run_id for item in waiting})
            if self._cache.knows_chains and any(is_moved(item, self._cache) for item in waiting):
                followed = await follow(waiting, cache=self._cache, store=self._store)
                now = dict(zip(map(id, waiting), followed, strict=True))
                items = [now.get(id(item), item) for item in items]
                waiting = followed
                loads.add(await self._loader.load({item.event.run_id for item in waiting}))
            loaded += loads.opened
            if loads.failed:
                waiting = await self._keep_unloadable(waiting, loads.failed)
            transitions = Transitions(self._clock.now())
            with self._watchdog:
                self._apply_all(waiting, transitions, outcome, is_final=is_final)
            if outcome.faults:
                for run_id in outcome.faults:
                    self._cache.forget(run_id)
                transitions = transitions.only(transitions.touched.keys() - outcome.faults.keys())
            committed = await self._commits.commit(transitions, effects)
            outcome.faults |= committed.faults
            moved = {id(item) for item in outcome.moved if item.event.run_id not in outcome.faults}
            outcome.moved = []
            waiting = [item for item in waiting if item.event.run_id in committed.overtaken or id(item) in moved]
        if outcome.faults:
            faulty = [item for item in items if item.event.run_id in outcome.faults]
            left = await self._single.handle(faulty, outcome.faults, effects)
            moved_after_all = [item for item in left if is_moved(item, self._cache)]
            outcome.repeated += [item for item in left if item not in moved_after_all]
            if moved_after_all:
                inner = await self._apply(moved_after_all, effects, is_final=is_final)
                outcome.repeated += inner.repeated
                outcome.doubtful += inner.doubtful
        self._commits.hold_timers(loaded, effects)
        for event_delivery, event in outcome.early:
            await self._quarantine.keep_event(event, event_delivery, "its run is not there yet")
        for event in outcome.unanswered:
            effects.outbox.add_refusal(event, RunNotFound(f"there is no run with the id {event.run_id}"))
        for delivery in outcome.unknown.values():
            log.warning("event dead-lettered: unknown run", queue=delivery.queue)
            detail = "no run has the id of an event in it"
            effects.outbox.add_message(parked(delivery, reason="unknown_run", detail=detail))
        return outcome

    def _apply_all(self, items: list[Item], transitions: Transitions, outcome: BatchOutcome, *, is_final: bool) -> None:
        get, watchdog, broken = self._cache.get, self._watchdog, outcome.faults
        for item in items:
            event = item.event
            entry = get(event.run_id)
            if entry is None:
                self._apply_to_none(item, transitions, outcome, is_final=is_final)
                continue
            if broken and event.run_id in broken:
                continue
            watchdog.current = event
            try:
                self._apply_one(item, entry, transitions, outcome, is_final=is_final)
            except (Exception, Stop) as error:  # noqa: BLE001 - whatever it is, it is this run's alone
                broken[event.run_id] = Fault(error, event, is_overdue=watchdog.is_overdue(event))
                continue
            if watchdog.overdue is event and watchdog.is_overdue(event):  # the engine took it for the workflow's own
                broken[event.run_id] = Fault(TransitionOverdue(), event, is_overdue=True)

    def _apply_to_none(self, item: Item, transitions: Transitions, outcome: BatchOutcome, *, is_final: bool) -> None:
        """An event of a run that is not open."""
        delivery, event = item
        if not self._cache.is_finished(event.run_id):
            if event.comes_early and tries_of(delivery) < MOST_TRIES_OF_EARLY:
                outcome.early.append(item)
                return
            outcome.unknown[id(delivery)] = delivery
            outcome.unanswered.append(event)
            return
        transitions.note_work(event, is_wanted=False)
        if event.is_durable:
            self._note_unchanged(item, outcome, is_final=is_final)

    def _apply_one(
        self, item: Item, entry: RunEntry, transitions: Transitions, outcome: BatchOutcome, *, is_final: bool
    ) -> None:
        event, state = item.event, entry.state
        if type(event) is messages.ActionSucceeded:
            pending = state.pending.get(event.invocation)
            if pending is not None:
                self._durations.observe(pending.call.action, event.duration_ms)
        if state.seq == 1 and (begun := entry.begin_before(event, transitions.at, max_losses=self._max_losses)):
            transitions.add(entry, begun)
        decision = entry.apply(event, transitions.at, max_losses=self._max_losses)
        if decision is not None:
            transitions.add(entry, decision)
            return
        if state.successor is not None and event.follows_chain:
            outcome.moved.append(item)
            return
        if not event.is_durable:
            transitions.touch(entry)
        if not is_final and may_be_ahead(state, event):
            outcome.doubtful.append(item)
            return
        if isinstance(event, messages.AttemptEvent):
            transitions.note_work(event, is_wanted=state.is_open(event.invocation, event.attempt))
        if event.is_durable:
            self._note_unchanged(item, outcome, is_final=is_final)

    def _note_unchanged(self, item: Item, outcome: BatchOutcome, *, is_final: bool) -> None:
        if is_final or item.event.answer is not None:
            outcome.repeated.append(item)
        elif not self._recent.did(item.event.identity):
            (outcome.doubtful if item.delivery.redelivered else outcome.repeated).append(item)

    async def _keep_unloadable(self, items: list[Item], failed: Mapping[UUID, Exception]) -> list[Item]:
        """Quarantine the events of runs that cannot be loaded; returns the others."""
        for delivery, event in items:
            error = failed.get(event.run_id)
            if error is not None and event.is_durable:
                reason = f"its run cannot be loaded: {type(error).__name__}: {error}"
                await self._quarantine.keep_event(event, delivery, reason)
        return [item for item in items if item.event.run_id not in failed]

    async def _try_suspects(self, items: list[Item], opened: list[UUID]) -> tuple[list[Item], dict[UUID, Fault]]:
        """Events that were delivered before may have been the end of who got them: try them where that does no harm.

        Returns the items, those of runs that continued as new as what they are for, and what went wrong. Adds to
        `opened` the runs that it has loaded.
        """
        suspects = [item for item in items if item.delivery.redelivered]
        found: dict[UUID, Fault] = {}
        if not suspects:
            return items, found
        opened += (await self._loader.load({item.event.run_id for item in suspects})).opened
        if self._cache.knows_chains:
            items = await follow(items, cache=self._cache, store=self._store)
            suspects = [item for item in items if item.delivery.redelivered]
            opened += (await self._loader.load({item.event.run_id for item in suspects})).opened
        at = self._clock.now()
        while suspects:
            entries = [(item.event, self._cache.get(item.event.run_id)) for item in suspects]
            work = [
                partial(entry.begin_and_apply, event, at, max_losses=self._max_losses)
                for event, entry in entries
                if entry is not None
            ]
            culprit = await self._trial.run(work) if work else None
            if culprit is None:
                return items, found
            event = [event for event, entry in entries if entry is not None][culprit.index]
            found[event.run_id] = Fault(TransitionOverdue(), event, fatal=culprit.reason)
            suspects = [item for item in suspects if item.event.run_id not in found]
        return items, found
