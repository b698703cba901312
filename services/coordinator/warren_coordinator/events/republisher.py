"""Publishing again what an event caused when it was new: for an event that comes once more.

Must not know why an event is taken for a repetition.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from warren.contracts import wire
from warren.engine import load_commands
from warren.errors import RunEnded
from warren.ports import RunStore
from warren.runs.command_dispatch import Dispatcher, finish_of
from warren_coordinator.events.batch import Effects, Item
from warren_coordinator.run_cache import RunCache


class Republisher:
    """Publishes what is still pending of recorded transitions. `began` is when this process did."""

    def __init__(self, *, store: RunStore, cache: RunCache, dispatcher: Dispatcher, began: datetime) -> None:
        self._store = store
        self._cache = cache
        self._dispatcher = dispatcher
        self._began = began

    async def publish_again(self, items: Sequence[Item], effects: Effects) -> None:
        """Put what these events caused into `effects`, each event once."""
        for item in sorted(items, key=lambda item: not item.delivery.redelivered):  # what a redelivery calls for first
            identity = item.event.identity
            if identity not in effects.causes and await self._publish(item, effects):
                effects.causes.append(identity)  # one more message of the same event need not do it again

    async def _publish(self, item: Item, effects: Effects) -> bool:
        """What this event caused when it was new may never have been published: publish what is still pending of it.

        Returns false where that is left to who has just handled it: should it die, the redelivery is not for nothing.

        A message that is new to the broker may still be a redelivery, one that somebody moved from queue to
        queue. The process that handled it first is then gone, so its transition is older than this process; what others
        made since is theirs to publish, or else the next copy of every later event would echo through the rest of the
        run.
        """
        delivery, event = item
        is_recorded = False
        made_before = None if delivery.redelivered else self._began
        is_left = False
        for row in await self._store.find_transitions(event.run_id, event.subject):
            if not event.is_recorded_as(wire.load_event(row.event)):
                continue
            is_recorded = True
            if made_before and row.at >= made_before:
                is_left = True
                continue
            commands = load_commands(row.commands)
            entry = self._cache.get(event.run_id)
            if entry is not None:
                pending = [command for command in commands if entry.state.is_pending(command)]
                self._dispatcher.carry_out(pending, entry.header, effects.outbox)
            elif finish_of(commands) is not None:
                run = await self._store.get_run(event.run_id)
                if run is not None:
                    effects.outbox.add_finish(run)
        if is_recorded:
            effects.outbox.add_answer(event)
        elif event.answer is not None:
            effects.outbox.add_refusal(event, RunEnded(f"the run {event.run_id} has ended, or does not take this"))
        return not is_left
