"""After the broker lost its data: every pending command of every open run is published again, at a bounded rate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from warren.contracts import messages, wire
from warren.contracts.topology import Topology
from warren.engine import CancelChild, Command, TerminateChild, identity_of, load_commands
from warren.errors import WarrenError
from warren.ports import Broker, LoadedRun, RunStore, StoredRun
from warren.runtime.clock import Clock
from warren.runtime.logs import get_logger
from warren_coordinator.sweeps.broker_marker import BrokerMarker, MarkerNote
from warren_coordinator.sweeps.redispatch import Redispatch

log = get_logger(__name__)

_PAGE: Final = 200
_EPOCH_SECONDS: Final = 0.25
_RETRY_SECONDS: Final = 2.0
_SETTLED: Final = timedelta(seconds=30)
"""So long after the loss nobody holds an event of the old broker any more."""


class Recovery:
    """Watches for lost brokers and recovers from them. `rate` is in commands per second.

    A `broker_is_volatile` has nothing after a restart, which is no warning.
    """

    def __init__(
        self,
        *,
        broker: Broker,
        store: RunStore,
        topology: Topology,
        redispatch: Redispatch,
        clock: Clock,
        rate: float,
        broker_is_volatile: bool = False,
    ) -> None:
        self._broker = broker
        self._store = store
        self._topology = topology
        self._redispatch = redispatch
        self._clock = clock
        self._rate = rate
        self._log = log.info if broker_is_volatile else log.warning
        self._marker = BrokerMarker(broker=broker, store=store, clock=clock)

    async def run(self) -> None:
        """Check now and whenever the connection to the broker was re-established; run it as a task.

        A recovery that another coordinator is at, or that an error interrupted, is watched until it is complete.
        """
        checked = 0
        while True:
            epoch = self._broker.epoch
            if epoch != checked:
                try:
                    await self._broker.declare(self._topology)
                    note = await self._marker.check()
                    if note is not None:
                        await self._recover(note)
                    if await self._marker.is_recovering():
                        await self._clock.sleep(_RETRY_SECONDS)
                        continue
                    checked = epoch
                except WarrenError as error:
                    log.warning("broker marker check failed", error=f"{type(error).__name__}: {error}")
                    await self._clock.sleep(_RETRY_SECONDS)
                    continue
            await self._clock.sleep(_EPOCH_SECONDS)

    async def _recover(self, note: MarkerNote) -> None:
        self._log(
            "the broker has lost its data: redispatching what open runs wait for", since=str(note.recovering_since)
        )
        runs = commands = 0
        current: MarkerNote | None = note
        while current is not None:
            page = await self._store.open_run_ids(after=current.after, limit=_PAGE)
            if not page:
                await self._marker.finish(current)
                self._log("recovered from the loss of the broker's data", runs=runs, commands=commands)
                return
            count = await self._publish_pending(page, current)
            runs += len(page)
            commands += count
            await self._clock.sleep(count / self._rate)
            current = await self._marker.advance(current, after=page[-1])
        log.warning("another coordinator has taken over the recovery")

    async def _publish_pending(self, page: list[UUID], note: MarkerNote) -> int:
        pending: list[tuple[StoredRun, list[Command]]] = []
        for loaded, state in await self._redispatch.load(page):
            since = _sent_since(loaded, note)
            commands = [command for command in state.pending_commands() if identity_of(command) not in since]
            pending.append((loaded.run, commands))
        pending += await self._of_orphans([run for run, _ in pending])
        return await self._redispatch.send(pending)

    async def _of_orphans(self, runs: Sequence[StoredRun]) -> list[tuple[StoredRun, list[Command]]]:
        """What a parent that has ended has said to its open children: nobody else remembers it."""
        parents = {
            run.run_id: wire.load_stored(messages.ParentRun, run.parent) for run in runs if run.parent is not None
        }
        if not parents:
            return []
        running = await self._store.running_among([parent.run_id for parent in parents.values()])
        found: list[tuple[StoredRun, list[Command]]] = []
        for run in runs:
            parent = parents.get(run.run_id)
            if parent is not None and parent.run_id not in running and parent.policy != "abandon":
                is_final = parent.policy == "terminate"
                found.append((run, [TerminateChild(run.run_id) if is_final else CancelChild(run.run_id)]))
        return found


def _sent_since(loaded: LoadedRun, note: MarkerNote) -> set[object]:
    """What was dispatched well after the recovery began went to the new broker already.

    Not what was dispatched around that time: clocks differ, and a coordinator that handled an event of the old broker
    may have died before it published what came of it, which nothing else would make good.
    """
    return {
        identity_of(command)
        for row in loaded.transitions
        if note.recovering_since is not None and row.at > note.recovering_since + _SETTLED
        for command in load_commands(row.commands)
    }
