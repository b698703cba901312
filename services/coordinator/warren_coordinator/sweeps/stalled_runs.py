"""Runs that wait for a message that no queue holds any more: somebody purged or deleted a queue. It is published again.

Nothing tells that a message was lost, so the sweep looks for what can have no other reason. A run is *suspect* when
nothing has happened to it for a while, though a command of it travels as a message: an action attempt without a lease
and without a backoff, a `Continue`, the start of a child run that is not running. Its message is lost if, over
`seconds`, each of `_LOOKS` looks finds the run as it was and the queues that the message and its answer go through
empty: a worker answers or takes a lease within `lease_after`, and a coordinator handles an answer within seconds. What
makes the time count for less (this process slept, the broker was away or takes no messages) begins it anew. So does,
for actions, a worker that says that its event loop is blocked: it may have been sent some that it has not even read.

It must not know how a message is built, nor what becomes of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from warren.contracts import names
from warren.contracts.topology import blocked_queue
from warren.engine import Command, ContinueRun, DispatchAction, StartChild
from warren.errors import WarrenError
from warren.ports import Broker, OutgoingMessage, QuietRun, RunStore, StoredRun
from warren.runs.replay import Replayed
from warren.runtime.clock import Clock
from warren.runtime.logs import get_logger
from warren_coordinator.membership.claim import Claim
from warren_coordinator.sweeps.quiet_runs import QuietRuns
from warren_coordinator.sweeps.redispatch import Resender

log = get_logger(__name__)

_LOOKS: Final = 4
_MOST_LOOKS: Final = 64
_MOST_TIMES: Final = 6
"""So often something is published again, after twice as many looks each time, before it is left to people."""
_MOST_SUSPECTS: Final = 50_000
_CHUNK: Final = 50
"""Runs loaded at once: replaying them is work that others wait for."""
_LOADS_PER_SECOND: Final = 100.0
_PROBE: Final = OutgoingMessage(names.EVENTS_EXCHANGE, names.PROBE_KEY, b"", mandatory=False, persistent=False)


@dataclass(slots=True, eq=False)
class _Suspect:
    """A run as of its transition `seq`, and the queues that should hold what it waits for.

    `looks` in a row have found it so and these empty; `patience` of them are needed.
    """

    seq: int
    queues: frozenset[str]
    looks: int = 0
    patience: int = _LOOKS
    times: int = 0


class Stalled:
    """Sweeps while this coordinator has the claim to it. `seconds` is for how long a message must be missing.

    `rate` is in commands per second.
    """

    def __init__(
        self,
        *,
        broker: Broker,
        store: RunStore,
        resender: Resender,
        clock: Clock,
        seconds: float,
        rate: float,
    ) -> None:
        self._broker = broker
        self._store = store
        self._resender = resender
        self._clock = clock
        self._pause = timedelta(seconds=seconds / (_LOOKS - 1))
        self._rate = rate
        self._claim = Claim(store=store, clock=clock, setting=names.STALLED_RUNS_SETTING, length=_LOOKS * self._pause)
        self._quiet = QuietRuns(store, age=self._pause)
        self._suspects: dict[UUID, _Suspect] = {}
        self._looked_at: datetime | None = None
        self._epoch = 0

    async def run(self) -> None:
        """Look for ever; run it as a task."""
        while True:
            await self._clock.sleep(self._pause.total_seconds())
            try:
                if await self._claim.is_held():
                    await self._look()
                else:
                    self._forget()
            except WarrenError as error:
                log.warning("cannot look for stalled runs", error=f"{type(error).__name__}: {error}")
                self._forget()

    async def _look(self) -> None:
        now = self._clock.now()
        if self._looked_at is not None and now - self._looked_at > 2 * self._pause:
            self._count_anew()
        self._looked_at = now
        is_blocked = await self._hears_of_a_blocked_worker()
        await self._find_suspects(now)
        if not self._suspects:
            return
        await self._broker.publish([_PROBE])  # as long as the broker takes no messages, nothing can be concluded
        if self._broker.epoch != self._epoch:
            self._epoch = self._broker.epoch
            self._count_anew()
        await self._count_looks(is_blocked=is_blocked)
        lost = [run_id for run_id, suspect in self._suspects.items() if suspect.looks >= suspect.patience]
        for start in range(0, len(lost), _CHUNK):
            await self._publish_again(lost[start : start + _CHUNK])

    async def _find_suspects(self, now: datetime) -> None:
        """Use half of the time until the next look at most; the rest is found then."""
        while self._clock.now() < now + self._pause / 2 and len(self._suspects) < _MOST_SUSPECTS:
            page = await self._quiet.page(now)
            if not page:
                return
            fresh = [quiet.run_id for quiet in page if not self._is_known(quiet)]
            for start in range(0, len(fresh), _CHUNK):
                chunk = fresh[start : start + _CHUNK]
                for loaded, replayed in await self._resender.load(chunk):
                    if commands := _travelling(replayed):
                        suspect = _Suspect(replayed.state.seq, _queues(commands, loaded.run.shard))
                        self._suspects[loaded.run.run_id] = suspect
                await self._clock.sleep(len(chunk) / _LOADS_PER_SECOND)

    def _is_known(self, quiet: QuietRun) -> bool:
        suspect = self._suspects.get(quiet.run_id)
        return suspect is not None and suspect.seq == quiet.seq

    async def _hears_of_a_blocked_worker(self) -> bool:
        """Whether a worker has said so since the last look."""
        stats = await self._broker.stats(names.BLOCKED_QUEUE)
        if stats is None:
            await self._broker.declare_queue(blocked_queue())
        return stats is not None and stats.messages > 0 and await self._broker.purge(names.BLOCKED_QUEUE) > 0

    async def _count_looks(self, *, is_blocked: bool) -> None:
        queues = {queue for suspect in self._suspects.values() for queue in suspect.queues}
        stats = {queue: await self._broker.stats(queue) for queue in sorted(queues)}
        filled = {queue for queue, found in stats.items() if found is not None and found.messages}
        if is_blocked:
            filled |= {queue for queue in queues if queue.startswith(names.action_queue(""))}
        kept = await self._store.quarantined_among(list(self._suspects))  # not lost: they are tried again from there
        for run_id, suspect in self._suspects.items():
            suspect.looks = 0 if suspect.queues & filled or run_id in kept else suspect.looks + 1

    async def _publish_again(self, run_ids: Sequence[UUID]) -> None:
        """Publish what these runs wait for; those that have gone on meanwhile are suspects no more."""
        waiting: list[tuple[StoredRun, list[Command]]] = []
        for loaded, replayed in await self._resender.load(run_ids):
            if replayed.state.seq == self._suspects[loaded.run.run_id].seq:
                waiting.append((loaded.run, _travelling(replayed)))
        for run_id in set(run_ids) - {run.run_id for run, _ in waiting}:
            del self._suspects[run_id]
        children = [command.run_id for _, found in waiting for command in found if isinstance(command, StartChild)]
        running = await self._store.running_among(children)
        lost = []
        for run, found in waiting:
            gone = [command for command in found if not (isinstance(command, StartChild) and command.run_id in running)]
            if self._is_worth_it(run.run_id, gone):
                lost.append((run, gone))
        if lost:
            count = await self._resender.send(lost)
            log.warning("published again what no queue held any more", runs=len(lost), commands=count)
            await self._clock.sleep(count / self._rate)

    def _is_worth_it(self, run_id: UUID, lost: list[Command]) -> bool:
        """Whether to publish for this run now; in any case look twice as often before the next time."""
        suspect = self._suspects[run_id]
        suspect.looks, suspect.patience = 0, min(suspect.patience * 2, _MOST_LOOKS)
        if not lost:
            return False
        suspect.times += 1
        if suspect.times == _MOST_TIMES + 1:
            log.error("a run does not go on, whatever is published again for it", run_id=str(run_id))
        return suspect.times <= _MOST_TIMES

    def _count_anew(self) -> None:
        for suspect in self._suspects.values():
            suspect.looks = 0

    def _forget(self) -> None:
        self._suspects.clear()
        self._quiet.begin_anew()
        self._looked_at = None


def _travelling(replayed: Replayed) -> list[Command]:
    """The pending commands that a message carries, and nobody has taken over."""
    return [
        command
        for command in replayed.pending_commands()
        if isinstance(command, DispatchAction | ContinueRun | StartChild)
    ]


def _queues(commands: Iterable[Command], shard: int) -> frozenset[str]:
    """Where these commands, or the answers to them, may be waiting."""
    found = {names.event_queue(shard)}
    for command in commands:
        match command:
            case DispatchAction():
                found |= {names.action_queue(command.queue), names.suspect_queue(command.queue)}
            case StartChild():
                found.add(names.START_QUEUE)
    return frozenset(found)
