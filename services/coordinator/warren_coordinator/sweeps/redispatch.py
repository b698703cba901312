"""Publishing once more what open runs wait for: the part that recovery and the sweep for stalled runs share.

It must not know why something is published again, nor which commands that are.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from uuid import UUID

from warren.engine import Command, RunState
from warren.ports import LoadedRun, OutgoingMessage, RunStore, StoredRun
from warren.runs.command_dispatch import Dispatcher
from warren.runs.outbox import RunHeader
from warren.runs.programs import Programs
from warren.runs.run_loader import load_running


class Redispatch:
    """Loads runs and publishes commands of theirs. `publish` must not return before everything is confirmed."""

    def __init__(
        self,
        *,
        store: RunStore,
        programs: Programs,
        dispatcher: Dispatcher,
        publish: Callable[[list[OutgoingMessage]], Awaitable[None]],
    ) -> None:
        self._store = store
        self._programs = programs
        self._dispatcher = dispatcher
        self._publish = publish

    async def load(self, run_ids: Sequence[UUID]) -> list[tuple[LoadedRun, RunState]]:
        """Those of these runs that are running; what cannot be replayed is logged and left out."""
        found = await load_running(run_ids, store=self._store, programs=self._programs)
        return [(running.loaded, running.state) for running in found.running]

    async def send(self, pending: Iterable[tuple[StoredRun, Sequence[Command]]]) -> int:
        """Publish commands of runs, and return how many they were when all are confirmed."""
        outbox = self._dispatcher.outbox()
        count = 0
        for run, commands in pending:
            header = RunHeader.of(run)
            self._dispatcher.carry_out(commands, header, outbox)
            count += len(commands)
        await self._publish(outbox.messages())
        return count
