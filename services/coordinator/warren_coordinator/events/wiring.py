"""The handler of events put together from its parts."""

from __future__ import annotations

from warren.ports import RunStore
from warren.runs.durations import ConsumerCounts, Durations
from warren.runs.processor import RecentCauses
from warren.runs.programs import Programs
from warren.runs.quarantine import Quarantine
from warren.runs.timers import Timers
from warren.runs.transition_watchdog import TransitionWatchdog
from warren.runs.trial import Trial
from warren.runtime.clock import Clock
from warren.runtime.telemetry import Telemetry
from warren_coordinator.events.commits import Commits
from warren_coordinator.events.handler import EventHandler
from warren_coordinator.events.republisher import Republisher
from warren_coordinator.events.single_events import SingleEvents
from warren_coordinator.run_cache import RunCache
from warren_coordinator.run_loader import RunLoader


def make_handler(
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
    quarantine: Quarantine,
    watchdog: TransitionWatchdog,
    trial: Trial,
    shards: int,
    max_losses: int,
) -> EventHandler:
    """An `EventHandler` over these; `shards` counts the event queues, `max_losses` the leases lost in a row."""
    loader = RunLoader(store=store, programs=programs, cache=cache, clock=clock)
    commits = Commits(
        store=store,
        cache=cache,
        timers=timers,
        durations=durations,
        consumers=consumers,
        telemetry=telemetry,
        shards=shards,
    )
    single = SingleEvents(
        cache=cache, loader=loader, commits=commits, clock=clock, max_losses=max_losses, watchdog=watchdog
    )
    republisher = Republisher(store=store, cache=cache, timers=timers, began=clock.now())
    return EventHandler(
        cache=cache,
        loader=loader,
        commits=commits,
        single=single,
        quarantine=quarantine,
        recent=recent,
        republisher=republisher,
        durations=durations,
        clock=clock,
        max_losses=max_losses,
        watchdog=watchdog,
        trial=trial,
    )
