"""The handler of events put together from its parts."""

from __future__ import annotations

from warren.ports import RunStore
from warren.runs.command_dispatch import Dispatcher
from warren.runs.processor import RecentCauses
from warren.runs.programs import Programs
from warren.runs.quarantine import Quarantine
from warren.runs.transition_watchdog import TransitionWatchdog
from warren.runs.trial import Trial
from warren.runtime.clock import Clock
from warren.runtime.telemetry import Telemetry
from warren_coordinator.events.commits import Commits
from warren_coordinator.events.followers import Followers
from warren_coordinator.events.handler import EventHandler
from warren_coordinator.events.questions import Questions
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
    dispatcher: Dispatcher,
    telemetry: Telemetry,
    clock: Clock,
    quarantine: Quarantine,
    watchdog: TransitionWatchdog,
    trial: Trial,
    max_losses: int,
) -> EventHandler:
    """An `EventHandler` over these; `max_losses` counts the leases lost in a row that are one failed attempt."""
    loader = RunLoader(store=store, programs=programs, cache=cache, clock=clock)
    followers = Followers()
    commits = Commits(store=store, cache=cache, dispatcher=dispatcher, telemetry=telemetry, followers=followers)
    single = SingleEvents(
        cache=cache, loader=loader, commits=commits, clock=clock, max_losses=max_losses, watchdog=watchdog
    )
    republisher = Republisher(store=store, cache=cache, loader=loader, dispatcher=dispatcher, began=clock.now())
    return EventHandler(
        cache=cache,
        loader=loader,
        commits=commits,
        single=single,
        quarantine=quarantine,
        recent=recent,
        republisher=republisher,
        durations=dispatcher.durations,
        clock=clock,
        max_losses=max_losses,
        watchdog=watchdog,
        trial=trial,
        store=store,
        questions=Questions(
            store=store, cache=cache, loader=loader, followers=followers, clock=clock, watchdog=watchdog
        ),
    )
