"""Publishing once more what open runs wait for: the part that recovery and the sweep for stalled runs share.

It must not know why something is published again, nor which commands that are.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from uuid import UUID

from warren.contracts.messages import RunStatus
from warren.engine import Command
from warren.engine.values.limits import Stop
from warren.errors import InfrastructureError
from warren.ports import LoadedRun, OutgoingMessage, RunStore, StoredRun
from warren.runs.command_dispatch import carry_out
from warren.runs.durations import ConsumerCounts, Durations
from warren.runs.outbox import Outbox, RunHeader
from warren.runs.programs import Programs
from warren.runs.replay import Replayed, replay
from warren.runs.timers import Timers
from warren.runtime.logs import get_logger

log = get_logger(__name__)


class Resender:
    """Loads runs and publishes commands of theirs. `publish` must not return before everything is confirmed."""

    def __init__(
        self,
        *,
        store: RunStore,
        programs: Programs,
        timers: Timers,
        durations: Durations,
        consumers: ConsumerCounts,
        publish: Callable[[list[OutgoingMessage]], Awaitable[None]],
        shards: int,
    ) -> None:
        self._store = store
        self._programs = programs
        self._timers = timers
        self._durations = durations
        self._consumers = consumers
        self._publish = publish
        self._shards = shards

    async def load(self, run_ids: Sequence[UUID]) -> list[tuple[LoadedRun, Replayed]]:
        """Those of these runs that are running; what cannot be replayed is logged and left out."""
        found = []
        for loaded in (await self._store.load_runs(run_ids)).values():
            if loaded.run.status is not RunStatus.RUNNING:
                continue
            try:
                found.append((loaded, replay(await self._programs.get(loaded.run.version), loaded)))
            except InfrastructureError:
                raise
            except (Exception, Stop) as error:  # noqa: BLE001 - whatever it is, it is this run's alone
                _complain(loaded.run, error)
        return found

    async def send(self, pending: Iterable[tuple[StoredRun, Sequence[Command]]]) -> int:
        """Publish commands of runs, and return how many they were when all are confirmed."""
        outbox = Outbox(self._durations, self._consumers, shards=self._shards)
        count = 0
        for run, commands in pending:
            header = RunHeader.of(run)
            carry_out(commands, header, outbox=outbox, timers=self._timers)
            count += len(commands)
        await self._publish(outbox.messages())
        return count


def _complain(run: StoredRun, error: BaseException) -> None:
    reason = f"{type(error).__name__}: {error}"[:1_000]
    log.error("a run cannot be continued", run_id=str(run.run_id), error=reason)
