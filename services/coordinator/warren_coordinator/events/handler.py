"""Events of all shards: load the runs, apply, commit once, carry out. The coordinator's hot path.

What goes wrong with one event stays with its run: all others of the batch are applied and committed first, and what is
left is taken one by one (`single_events`). A run that cannot even be loaded keeps its events in the quarantine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from warren.contracts import messages, wire
from warren.engine import Command, DispatchAction, load_commands
from warren.engine.values.limits import Stop
from warren.errors import MessageError
from warren.ports import Delivery, RunStore
from warren.runs.command_dispatch import carry_out, finish_of
from warren.runs.durations import Durations
from warren.runs.outbox import Outbox
from warren.runs.processor import Handled, RecentCauses
from warren.runs.quarantine import Quarantine
from warren.runs.timers import Timers
from warren.runs.transition_watchdog import TransitionOverdue, TransitionWatchdog
from warren.runs.trial import Trial
from warren.runtime.clock import Clock
from warren.runtime.dead_letters import parked
from warren.runtime.logs import get_logger
from warren_coordinator.events.batch import Fault, Item
from warren_coordinator.events.commits import Commits
from warren_coordinator.events.deciding import decide, may_be_stale
from warren_coordinator.events.incoming import read_events
from warren_coordinator.events.run_seeds import plant
from warren_coordinator.events.single_events import SingleEvents
from warren_coordinator.events.transitions import Cause, Transitions, cause_of, number_of
from warren_coordinator.run_cache import RunCache, RunEntry
from warren_coordinator.run_loader import RunLoader

log = get_logger(__name__)


@dataclass(slots=True)
class _Leftovers:
    """Events of a batch that changed nothing: `doubtful` ones deserve a second look at a reloaded run."""

    doubtful: list[Item] = field(default_factory=list)
    repeated: list[Item] = field(default_factory=list)
    unknown: dict[int, Delivery] = field(default_factory=dict)
    faults: dict[UUID, Fault] = field(default_factory=dict)
    """By run: the event with which something went wrong; nothing of the run is taken from this batch."""


class EventHandler:
    """Handles `warren.events.*`: one commit for all transitions of a batch."""

    def __init__(
        self,
        *,
        store: RunStore,
        cache: RunCache,
        loader: RunLoader,
        commits: Commits,
        single: SingleEvents,
        quarantine: Quarantine,
        recent: RecentCauses,
        timers: Timers,
        durations: Durations,
        clock: Clock,
        max_losses: int,
        watchdog: TransitionWatchdog,
        trial: Trial,
    ) -> None:
        self._store = store
        self._cache = cache
        self._loader = loader
        self._commits = commits
        self._single = single
        self._quarantine = quarantine
        self._recent = recent
        self._timers = timers
        self._durations = durations
        self._clock = clock
        self._max_losses = max_losses
        self._watchdog = watchdog
        self._trial = trial
        self._began = clock.now()

    async def handle(self, deliveries: Sequence[Delivery]) -> Handled:
        """Apply what the deliveries hold; what cannot be read, or is of no known run, is parked."""
        with self._cache.held():
            while True:
                try:
                    return await self._handle(deliveries)
                except TransitionOverdue:  # it was meant for a transition that had just ended
                    log.warning("handling a batch again: the watchdog struck beside a transition")

    async def give_up(self, delivery: Delivery, error: Exception) -> Handled:
        """Keep what cannot be handled, and try it again later: runs may wait for it."""
        await self._quarantine.keep_delivery(delivery, f"handling it failed: {type(error).__name__}: {error}")
        return Handled()

    async def _handle(self, deliveries: Sequence[Delivery]) -> Handled:
        outbox = self._commits.outbox()
        items: list[Item] = []
        seeds: list[str] = []
        for delivery in deliveries:
            incoming = read_events(delivery)
            if incoming.fault is not None:
                await self._set_aside(delivery, incoming.fault, outbox, is_for_later=incoming.is_for_later)
            for event in incoming.events:
                items.append((delivery, event))  # noqa: PERF401 - a comprehension per delivery costs more
            if incoming.seeds and not delivery.redelivered:
                seeds += incoming.seeds
        causes: list[Cause] = []
        try:
            planted = await plant(seeds, cache=self._cache, programs=self._loader.programs) if seeds else []
            known_faults = await self._try_suspects(items)
            left = await self._apply(items, outbox, causes, loaded=planted, known_faults=known_faults)
            known = left.repeated
            if left.doubtful:
                for _, event in left.doubtful:
                    self._cache.forget(event.run_id)
                known += (await self._apply(left.doubtful, outbox, causes, is_fresh=True)).doubtful
            known.sort(key=lambda item: not item[0].redelivered)  # what a redelivery calls for is never too much
            for item in known:
                cause = cause_of(item[1])
                if cause in causes:
                    continue
                if await self._publish_again(item, outbox):
                    causes.append(cause)  # one more message of the same event need not do it again
        except BaseException:
            for _, event in items:
                self._cache.forget(event.run_id)
            raise
        self._cache.shrink()
        return Handled(outbox.messages(), causes)

    async def _set_aside(self, delivery: Delivery, fault: MessageError, outbox: Outbox, *, is_for_later: bool) -> None:
        if is_for_later:
            await self._quarantine.keep_delivery(delivery, str(fault))
            return
        log.warning("event dead-lettered", queue=delivery.queue, error=str(fault)[:500])
        outbox.add_message(parked(delivery, reason=fault.code, detail=str(fault)))

    async def _apply(
        self,
        items: list[Item],
        outbox: Outbox,
        causes: list[Cause],
        *,
        is_fresh: bool = False,
        loaded: Iterable[UUID] = (),
        known_faults: Mapping[UUID, Fault] | None = None,
    ) -> _Leftovers:
        """Apply and commit; returns what changed nothing. `is_fresh`: the runs have just been loaded for this."""
        loaded = list(loaded)
        left = _Leftovers(faults=dict(known_faults or {}))
        waiting = items
        while waiting:
            loads = await self._loader.load({event.run_id for _, event in waiting})
            loaded += loads.opened
            if loads.failed:
                waiting = await self._keep_unloadable(waiting, loads.failed)
            transitions = Transitions(self._clock.now())
            with self._watchdog:
                self._apply_all(waiting, transitions, left, is_fresh=is_fresh)
            if left.faults:
                for run_id in left.faults:
                    self._cache.forget(run_id)
                transitions = transitions.only(transitions.touched.keys() - left.faults.keys())
            outcome = await self._commits.commit(transitions, outbox, causes)
            left.faults |= outcome.faults
            waiting = [item for item in waiting if item[1].run_id in outcome.overtaken]
        if left.faults:
            faulty = [item for item in items if item[1].run_id in left.faults]
            unchanged = await self._single.handle(faulty, left.faults, outbox, causes)
            (left.doubtful if is_fresh else left.repeated).extend(unchanged)
        self._commits.hold_timers(loaded, outbox)
        for delivery in left.unknown.values():
            log.warning("event dead-lettered: no such run", queue=delivery.queue)
            outbox.add_message(parked(delivery, reason="unknown_run", detail="no run has the id of an event in it"))
        return left

    def _apply_all(
        self,
        items: list[Item],
        transitions: Transitions,
        left: _Leftovers,
        *,
        is_fresh: bool,
    ) -> None:
        get, watchdog, broken = self._cache.get, self._watchdog, left.faults
        for item in items:
            event = item[1]
            entry = get(event.run_id)
            if entry is None:
                self._apply_to_none(item, transitions, left)
                continue
            if broken and event.run_id in broken:
                continue
            watchdog.current = event
            try:
                self._apply_one(item, entry, transitions, left, is_fresh=is_fresh)
            except (Exception, Stop) as error:  # noqa: BLE001 - whatever it is, it is this run's alone
                broken[event.run_id] = Fault(error, event, is_overdue=watchdog.is_overdue(event))
                continue
            if watchdog.overdue is event and watchdog.is_overdue(event):  # the engine took it for the workflow's own
                broken[event.run_id] = Fault(TransitionOverdue(), event, is_overdue=True)

    def _apply_to_none(self, item: Item, transitions: Transitions, left: _Leftovers) -> None:
        """An event of a run that is not open."""
        delivery, event = item
        if not self._cache.is_finished(event.run_id):
            left.unknown[id(delivery)] = delivery
        elif type(event) is messages.ActionHeartbeat:
            transitions.cancelled.add(event.run_id)
        elif not self._recent.did(cause_of(event)):
            (left.doubtful if delivery.redelivered else left.repeated).append(item)

    def _apply_one(
        self, item: Item, entry: RunEntry, transitions: Transitions, left: _Leftovers, *, is_fresh: bool
    ) -> None:
        delivery, event = item
        if type(event) is messages.ActionSucceeded:
            pending = entry.state.pending.get(event.invocation)
            if pending is not None:
                self._durations.observe(pending.call.action, event.duration_ms)
        decision = decide(entry, event, transitions.at, max_losses=self._max_losses)
        if decision is not None:
            transitions.add(entry, decision[0], decision[1])
            return
        if type(event) is messages.ActionHeartbeat:
            transitions.touch(entry)
        if is_fresh or may_be_stale(entry, event):
            left.doubtful.append(item)
        elif type(event) is not messages.ActionHeartbeat and not self._recent.did(cause_of(event)):
            (left.doubtful if delivery.redelivered else left.repeated).append(item)

    async def _keep_unloadable(self, items: list[Item], failed: Mapping[UUID, Exception]) -> list[Item]:
        """Quarantine the events of runs that cannot be loaded; returns the others."""
        for delivery, event in items:
            error = failed.get(event.run_id)
            if error is not None and type(event) is not messages.ActionHeartbeat:
                reason = f"its run cannot be loaded: {type(error).__name__}: {error}"
                await self._quarantine.keep_event(event, delivery, reason)
        return [item for item in items if item[1].run_id not in failed]

    async def _try_suspects(self, items: list[Item]) -> dict[UUID, Fault]:
        """Events that were delivered before may have been the end of who got them: try them where that does no harm."""
        suspects = [item for item in items if item[0].redelivered]
        found: dict[UUID, Fault] = {}
        if not suspects:
            return found
        await self._loader.load({event.run_id for _, event in suspects})
        at = self._clock.now()
        while suspects:
            entries = [(event, self._cache.get(event.run_id)) for _, event in suspects]
            work = [
                partial(decide, entry, event, at, max_losses=self._max_losses)
                for event, entry in entries
                if entry is not None
            ]
            culprit = await self._trial.run(work) if work else None
            if culprit is None:
                return found
            event = [event for event, entry in entries if entry is not None][culprit.index]
            found[event.run_id] = Fault(TransitionOverdue(), event, fatal=culprit.reason)
            suspects = [item for item in suspects if item[1].run_id not in found]
        return found

    async def _publish_again(self, item: Item, outbox: Outbox) -> bool:
        """What this event caused when it was new may never have been published: publish what is still pending of it.

        Returns false where that is left to who has just handled it: should it die, the redelivery is not for nothing.

        A message that is new to the broker may be a redelivery all the same, one that somebody moved from queue to
        queue. Whoever handled it first is then gone, so its transition is older than this process; what others made
        since is theirs to publish, or else the next copy of every later event would echo through the rest of the run.
        """
        delivery, event = item
        made_before = None if delivery.redelivered else self._began
        cause, is_left = cause_of(event), False
        for row in await self._store.find_transitions(event.run_id, number_of(event)):
            if not _is_of(cause, cause_of(wire.load_event(row.event))):
                continue
            if made_before and row.at >= made_before:
                is_left = True
                continue
            commands = load_commands(row.commands)
            entry = self._cache.get(event.run_id)
            if entry is not None:
                pending = [command for command in commands if _is_wanted(command, entry)]
                carry_out(pending, entry.header, outbox=outbox, timers=self._timers)
            elif finish_of(commands) is not None:
                run = await self._store.get_run(event.run_id)
                if run is not None:
                    outbox.add_finish(run)
        return not is_left


def _is_of(cause: Cause, recorded: Cause) -> bool:
    """Whether a recorded event is this one; a lease that ran out too often was recorded as the attempt's failure."""
    run_id, kind, number, attempt = cause
    if kind is messages.LeaseExpired and recorded == (run_id, messages.ActionFailed, number, attempt):
        return True
    return cause == recorded


def _is_wanted(command: Command, entry: RunEntry) -> bool:
    """Whether a command is unanswered and no worker holds a lease for it."""
    if isinstance(command, DispatchAction) and command.invocation in entry.leases.held:
        return False
    return entry.state.is_pending(command)
