"""Publishing again what an event caused when it was new: for an event that comes once more.

Must not know why an event is taken for a repetition.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from warren.contracts import wire
from warren.contracts.messages import RunEvent
from warren.engine import Command, load_commands
from warren.ports import RunStore, TransitionRow
from warren.runs.chains import recorded_among
from warren.runs.command_dispatch import Dispatcher, answers_among, continuation_of, finish_of
from warren.runs.outbox import Outbox, RunHeader
from warren.runtime.logs import get_logger
from warren_coordinator.events.batch import Effects, Item
from warren_coordinator.run_cache import RunCache
from warren_coordinator.run_loader import RunLoader

log = get_logger(__name__)


class Republisher:
    """Publishes what is still pending of recorded transitions. `began` is when this process did."""

    def __init__(
        self, *, store: RunStore, cache: RunCache, loader: RunLoader, dispatcher: Dispatcher, began: datetime
    ) -> None:
        self._loader = loader
        self._store = store
        self._cache = cache
        self._dispatcher = dispatcher
        self._began = began

    async def publish_again(self, items: Sequence[Item], effects: Effects) -> None:
        """Put what these events caused into `effects`, each event once, and an answer for each copy of a request."""
        done = set(effects.causes)
        taken = set(done)
        for item in sorted(items, key=lambda item: not item.delivery.redelivered):  # what a redelivery calls for first
            event = item.event
            if event.identity not in done:
                rows = await self._store.find_transitions(event.run_id, event.subject)
                recorded = [row for row in rows if event.is_recorded_as(wire.load_event(row.event))]
                if recorded:
                    taken.add(event.identity)
                is_settled = await self._publish(item, recorded, effects)
                if is_settled and recorded:  # what is not recorded may apply another time: a timer, after a pause
                    effects.causes.append(event.identity)
                    done.add(event.identity)  # one more message of the same event need not do it again
            is_so = event.wants_a_state and self._cache.get(event.run_id) is not None
            is_taken = is_so or event.identity in taken
            if not is_taken and event.follows_chain and (found := await self._taken_by_another(event)) is not None:
                event, is_taken = found, True
            await self._answer(event, effects.outbox, is_taken=is_taken)

    async def _publish(self, item: Item, recorded: Sequence[TransitionRow], effects: Effects) -> bool:
        """What this event caused when it was new may never have been published: publish what is still pending of it.

        Returns false where that is left to who has just handled it: should it die, the redelivery is not for nothing.

        A message that is new to the broker may still be a redelivery, one that somebody moved from queue to
        queue. The process that handled it first is then gone, so its transition is older than this process; what others
        made since is theirs to publish, or else the next copy of every later event would echo through the rest of the
        run.
        """
        delivery, event = item
        made_before = None if delivery.redelivered else self._began
        is_left = False
        for row in recorded:
            if made_before and row.at >= made_before:
                is_left = True
                continue
            commands = load_commands(row.commands)
            entry = self._cache.get(event.run_id)
            if entry is not None:
                pending = [command for command in commands if entry.state.is_pending(command)]
                self._dispatcher.carry_out(pending, entry.header, effects.outbox)
                continue
            await self._finish_again(event.run_id, commands, effects.outbox)
        return not is_left

    async def _finish_again(self, run_id: UUID, commands: Sequence[Command], outbox: Outbox) -> None:
        """Carry out what commands of an ended run are about others, announce an end that is among them, and begin what
        goes on in the place of the run."""
        run, continued = await self._store.get_run(run_id), continuation_of(commands)
        if run is not None:
            self._dispatcher.carry_out_for_others(commands, RunHeader.of(run), outbox)
            if continued is not None or finish_of(commands) is not None:
                outbox.add_finish(run)
        if continued is None:
            return
        (first,) = await self._store.history(continued.run_id, limit=1)
        first_commands = load_commands(first.commands)
        await self._loader.load([continued.run_id])
        entry = self._cache.get(continued.run_id)
        if entry is None:
            await self._finish_again(continued.run_id, first_commands, outbox)
            return
        pending = [command for command in first_commands if entry.state.is_pending(command)]
        self._dispatcher.carry_out(pending, entry.header, outbox)

    async def _taken_by_another(self, event: RunEvent) -> RunEvent | None:
        """A request as one of another run of the same chain, if one has taken it."""
        entry = self._cache.get(event.run_id)
        if entry is not None and entry.state.previous is None:
            return None
        rows = await self._store.find_in_chain(event.run_id, event.subject, whole=event.is_awaited)
        return recorded_among(rows, event)

    async def _answer(self, event: RunEvent, outbox: Outbox, *, is_taken: bool) -> None:
        """Tell who made a request whether its run has it; the log, where nobody waits for that."""
        if is_taken and event.is_answered_when_taken:
            outbox.add_answer(event)
        elif is_taken:
            await self._answer_again(event, outbox)
        else:
            _too_late(event, outbox)

    async def _answer_again(self, event: RunEvent, outbox: Outbox) -> None:
        """Tell who asks again what the answer was; where there is none yet, the run knows who waits for it."""
        if event.answer is None:
            return
        _, state = await self._loader.state_of(event.run_id)
        seq = state.answered.get(event.subject)
        rows = [] if seq is None else await self._store.history(event.run_id, after_seq=seq - 1, limit=1)
        for row in rows:
            for answer in answers_among(load_commands(row.commands)):
                if answer.id == event.answer.request_id:
                    reply = event.answer.reply
                    to = ((reply.reply_to, reply.correlation_id),)
                    outbox.add_update_answer(event.run_id, replace(answer, replies=to))


def _too_late(event: RunEvent, outbox: Outbox) -> None:
    if event.answer is not None:
        outbox.add_refusal(event, event.not_taken())
    elif event.is_awaited:
        log.warning("event not taken", run_id=str(event.run_id), type=event.type)
