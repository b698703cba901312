"""Events of all shards: load the runs, apply, commit once, carry out. The coordinator's hot path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from warren.contracts import messages, wire
from warren.contracts.messages import RunStatus
from warren.engine import Command, DispatchAction, StartTimer, load_commands
from warren.errors import MessageError, SequenceConflict
from warren.ports import Delivery, RunStore
from warren.runtime import faults
from warren.runtime.carrying import carry_out, finish_of
from warren.runtime.clock import Clock
from warren.runtime.durations import ConsumerCounts, Durations
from warren.runtime.logs import get_logger
from warren.runtime.outbox import Outbox
from warren.runtime.parking import parked
from warren.runtime.processor import Handled, RecentCauses
from warren.runtime.programs import Programs
from warren.runtime.replay import replay
from warren.runtime.telemetry import Telemetry
from warren.runtime.timers import Timers
from warren_coordinator.cache import RunCache, RunEntry
from warren_coordinator.deciding import decide, may_be_stale
from warren_coordinator.planting import plant
from warren_coordinator.transitions import Cause, Transitions, cause_of, number_of

log = get_logger(__name__)

Item = tuple[Delivery, messages.RunEvent]


@dataclass(slots=True)
class _Leftovers:
    """Events of a batch that changed nothing: `doubtful` ones deserve a second look at a reloaded run."""

    doubtful: list[Item] = field(default_factory=list)
    repeated: list[Item] = field(default_factory=list)
    unknown: dict[int, Delivery] = field(default_factory=dict)


class EventHandler:
    """Handles `warren.events.*`: one commit for all transitions of a batch."""

    def __init__(
        self,
        *,
        store: RunStore,
        programs: Programs,
        cache: RunCache,
        recent: RecentCauses,
        timers: Timers,
        durations: Durations,
        consumers: ConsumerCounts,
        telemetry: Telemetry,
        clock: Clock,
        shards: int,
        max_losses: int,
    ) -> None:
        self._shards = shards
        self._max_losses = max_losses
        self._store = store
        self._programs = programs
        self._cache = cache
        self._recent = recent
        self._timers = timers
        self._durations = durations
        self._consumers = consumers
        self._telemetry = telemetry
        self._clock = clock
        self._began = clock.now()

    async def handle(self, deliveries: Sequence[Delivery]) -> Handled:
        """Apply what the deliveries hold; what cannot be read, or is of no known run, is parked."""
        with self._cache.held():
            return await self._handle(deliveries)

    async def _handle(self, deliveries: Sequence[Delivery]) -> Handled:
        outbox = self._outbox()
        items: list[Item] = []
        seeds: list[str] = []
        for delivery in deliveries:
            try:
                batch = wire.load(messages.EventBatch, delivery.body)
            except MessageError as error:
                log.warning("event parked", queue=delivery.queue, error=str(error)[:500])
                outbox.add_message(parked(delivery, reason=error.code, detail=str(error)))
                continue
            for event in batch.items:
                items.append((delivery, event))  # noqa: PERF401 - a comprehension per delivery costs more
            if batch.seeds and not delivery.redelivered:
                seeds += batch.seeds
        causes: list[Cause] = []
        try:
            planted = await plant(seeds, cache=self._cache, programs=self._programs) if seeds else []
            left = await self._apply(items, outbox, causes, is_fresh=False, loaded=planted)
            known = left.repeated
            if left.doubtful:
                for _, event in left.doubtful:
                    self._cache.forget(event.run_id)
                known += (await self._apply(left.doubtful, outbox, causes, is_fresh=True)).doubtful
            for delivery, event in known:
                if (cause := cause_of(event)) not in causes and not faults.disabled(faults.REPUBLISH):
                    await self._publish_again(event, outbox, made_before=None if delivery.redelivered else self._began)
                    causes.append(cause)  # one more message of the same event need not do it again
        except BaseException:
            for _, event in items:
                self._cache.forget(event.run_id)
            raise
        self._cache.shrink()
        return Handled(outbox.messages(), causes)

    def _outbox(self) -> Outbox:
        return Outbox(self._durations, self._consumers, shards=self._shards)

    async def _apply(
        self,
        items: list[Item],
        outbox: Outbox,
        causes: list[Cause],
        *,
        is_fresh: bool,
        loaded: Iterable[UUID] = (),
    ) -> _Leftovers:
        """Apply and commit; returns what changed nothing. `is_fresh`: the runs have just been loaded for this."""
        loaded = list(loaded)
        while True:
            loaded += await self._load({event.run_id for _, event in items})
            transitions = Transitions(self._clock.now())
            left = _Leftovers()
            self._apply_all(items, transitions, left, is_fresh=is_fresh)
            updates = transitions.updates()
            if not transitions.rows and not updates:
                break
            try:
                finished = await self._store.commit(transitions.rows, updates, transitions.snapshots())
            except SequenceConflict as error:
                log.info("another coordinator was first", runs=len(error.run_ids))
                for run_id in transitions.touched:
                    self._cache.forget(run_id)
                continue
            transitions.committed()
            causes += transitions.causes
            self._carry_out(transitions, outbox)
            for run_id, run in finished.items():
                self._cache.finish(run_id)
                outbox.add_finish(run)
                if self._telemetry.enabled:
                    self._telemetry.emit_run(run)
                if run.status is RunStatus.CANCELLED:
                    transitions.cancelled.add(run_id)
            break
        self._hold_timers(loaded)
        if transitions.cancelled:
            outbox.add_cancellation(transitions.cancelled)
        for delivery in left.unknown.values():
            log.warning("event parked: no such run", queue=delivery.queue)
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
        get = self._cache.get
        at = transitions.at
        for delivery, event in items:
            entry = get(event.run_id)
            if entry is None:
                if not self._cache.is_finished(event.run_id):
                    left.unknown[id(delivery)] = delivery
                elif type(event) is messages.ActionHeartbeat:
                    transitions.cancelled.add(event.run_id)
                elif not self._recent.did(cause_of(event)):
                    (left.doubtful if delivery.redelivered else left.repeated).append((delivery, event))
                continue
            if type(event) is messages.ActionSucceeded:
                pending = entry.state.pending.get(event.invocation)
                if pending is not None:
                    self._durations.observe(pending.call.action, event.duration_ms)
            decision = decide(entry, event, at, max_losses=self._max_losses)
            if decision is not None:
                transitions.add(entry, decision[0], decision[1])
                continue
            if type(event) is messages.ActionHeartbeat:
                transitions.touch(entry)
            if is_fresh or may_be_stale(entry, event):
                left.doubtful.append((delivery, event))
            elif type(event) is not messages.ActionHeartbeat and not self._recent.did(cause_of(event)):
                (left.doubtful if delivery.redelivered else left.repeated).append((delivery, event))

    def _carry_out(self, transitions: Transitions, outbox: Outbox) -> None:
        for entry, commands in transitions.outcomes:
            carry_out(commands, entry.header, outbox=outbox, timers=self._timers)
        for entry in transitions.touched.values():
            self._cache.touched(entry)

    async def _load(self, run_ids: Iterable[UUID]) -> list[UUID]:
        """Load what is not here; returns the open runs among it."""
        missing = [
            run_id for run_id in run_ids if self._cache.get(run_id) is None and not self._cache.is_finished(run_id)
        ]
        if not missing:
            return []
        opened = []
        for run_id, loaded in (await self._store.load_runs(missing)).items():
            if loaded.run.status is not RunStatus.RUNNING:
                self._cache.finish(run_id)
                continue
            entry = RunEntry.of(loaded, replay(await self._programs.get(loaded.run.version), loaded))
            entry.leases.extend_all(self._clock.now())
            self._cache.put(entry)
            opened.append(run_id)
        return opened

    def _hold_timers(self, loaded: Iterable[UUID]) -> None:
        """Take over the timers of loaded runs, now that the event that had them loaded has been applied."""
        for run_id in loaded:
            entry = self._cache.get(run_id)
            if entry is not None and entry.state.wake_at is not None:
                timers = [command for command in entry.state.pending_commands() if isinstance(command, StartTimer)]
                carry_out(timers, entry.header, outbox=self._outbox(), timers=self._timers)

    async def _publish_again(self, event: messages.RunEvent, outbox: Outbox, *, made_before: datetime | None) -> None:
        """What this event caused when it was new may never have been published: publish what is still pending of it.

        A message that is new to the broker may be a redelivery all the same, one that somebody moved from queue to
        queue. Whoever handled it first is then gone, so its transition is older than this process (`made_before`);
        what others made since is theirs to publish, or else the next copy of every later event would echo through
        the rest of the run.
        """
        cause = cause_of(event)
        for row in await self._store.find_transitions(event.run_id, number_of(event)):
            if not _is_of(cause, cause_of(wire.load_event(row.event))) or (made_before and row.at >= made_before):
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
