"""Runs that wait for a message that no queue holds any more: somebody purged or deleted a queue. It is published again.

Nothing tells that a message was lost, so the sweep looks for what can have no other reason. A run is a *candidate* when
nothing has happened to it for a while, though a command of it travels as a message: an action attempt without a lease
and without a backoff, a `ContinuationDue`, the start of a child run that is not running, a request to another run. Its
message is lost if, over `seconds`, each of `_CHECKS` checks finds the run as it was and the queues that the message and
its answer go through empty: a worker answers or takes a lease within `lease_after`, and a coordinator handles an answer
within seconds. What makes the time count for less (this process slept, the broker was away or takes no messages)
restarts the count. So does, for actions, a worker that says that its event loop is blocked: it may have been sent some
that it has not even read.

It must not know how a message is built, nor what becomes of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from warren.contracts import names
from warren.contracts.messages import RunStatus
from warren.contracts.topology import blocked_queue
from warren.engine import AskRun, Command, ContinueRun, DispatchAction, RunState, StartChild
from warren.errors import WarrenError
from warren.ports import Broker, IdleRun, OutgoingMessage, RunStore, StoredRun
from warren.runtime.clock import Clock
from warren.runtime.logs import get_logger
from warren_coordinator.membership.claim import Claim
from warren_coordinator.sweeps.idle_runs import IdleRuns
from warren_coordinator.sweeps.redispatch import Redispatch

log = get_logger(__name__)

_CHECKS: Final = 4
_MOST_CHECKS: Final = 64
_MOST_REDISPATCHES: Final = 6
"""So often something is published again, after twice as many checks each time, before it is left to people."""
_MOST_CANDIDATES: Final = 50_000
_CHUNK: Final = 50
"""Runs loaded at once: replaying them is work that others wait for."""
_LOADS_PER_SECOND: Final = 100.0
_PROBE: Final = OutgoingMessage(names.EVENTS_EXCHANGE, names.PROBE_KEY, b"", mandatory=False, persistent=False)


@dataclass(slots=True, eq=False)
class _Candidate:
    """A run as of its transition `seq`, and the queues that should hold what it waits for.

    `checks` in a row have found it so and these empty; `checks_needed` of them are needed.
    """

    seq: int
    queues: frozenset[str]
    checks: int = 0
    checks_needed: int = _CHECKS
    redispatches: int = 0


class StalledRuns:
    """Sweeps while this coordinator has the claim to it. `seconds` is for how long a message must be missing.

    `rate` is in commands per second.
    """

    def __init__(
        self,
        *,
        broker: Broker,
        store: RunStore,
        redispatch: Redispatch,
        clock: Clock,
        seconds: float,
        rate: float,
    ) -> None:
        self._broker = broker
        self._store = store
        self._redispatch = redispatch
        self._clock = clock
        self._pause = timedelta(seconds=seconds / (_CHECKS - 1))
        self._rate = rate
        self._claim = Claim(store=store, clock=clock, setting=names.STALLED_RUNS_SETTING, length=_CHECKS * self._pause)
        self._idle = IdleRuns(store, age=self._pause)
        self._candidates: dict[UUID, _Candidate] = {}
        self._checked_at: datetime | None = None
        self._epoch = 0

    async def run(self) -> None:
        """Check until cancelled; run it as a task."""
        while True:
            await self._clock.sleep(self._pause.total_seconds())
            try:
                if await self._claim.is_held():
                    await self._check()
                else:
                    self._forget()
            except WarrenError as error:
                log.warning("sweep for stalled runs failed", error=f"{type(error).__name__}: {error}")
                self._forget()

    async def _check(self) -> None:
        now = self._clock.now()
        if self._checked_at is not None and now - self._checked_at > 2 * self._pause:
            self._restart_counts()
        self._checked_at = now
        is_blocked = await self._has_blocked_worker()
        await self._find_candidates(now)
        if not self._candidates:
            return
        await self._broker.publish([_PROBE])  # as long as the broker takes no messages, nothing can be concluded
        if self._broker.epoch != self._epoch:
            self._epoch = self._broker.epoch
            self._restart_counts()
        await self._count_checks(is_blocked=is_blocked)
        lost = [run_id for run_id, candidate in self._candidates.items() if candidate.checks >= candidate.checks_needed]
        for start in range(0, len(lost), _CHUNK):
            await self._redispatch_lost(lost[start : start + _CHUNK])

    async def _find_candidates(self, now: datetime) -> None:
        """Use half of the time until the next check at most; the rest is found then."""
        while self._clock.now() < now + self._pause / 2 and len(self._candidates) < _MOST_CANDIDATES:
            page = await self._idle.page(now)
            if not page:
                return
            fresh = [idle.run_id for idle in page if not self._is_known(idle)]
            for start in range(0, len(fresh), _CHUNK):
                chunk = fresh[start : start + _CHUNK]
                for loaded, state in await self._redispatch.load(chunk):
                    if commands := _sent_commands(state):
                        candidate = _Candidate(state.seq, _queues(commands, loaded.run.shard))
                        self._candidates[loaded.run.run_id] = candidate
                await self._clock.sleep(len(chunk) / _LOADS_PER_SECOND)

    def _is_known(self, idle: IdleRun) -> bool:
        candidate = self._candidates.get(idle.run_id)
        return candidate is not None and candidate.seq == idle.seq

    async def _has_blocked_worker(self) -> bool:
        """Whether a worker has said so since the last check."""
        stats = await self._broker.stats(names.BLOCKED_QUEUE)
        if stats is None:
            await self._broker.declare_queue(blocked_queue())
        return stats is not None and stats.messages > 0 and await self._broker.purge(names.BLOCKED_QUEUE) > 0

    async def _count_checks(self, *, is_blocked: bool) -> None:
        queues = {queue for candidate in self._candidates.values() for queue in candidate.queues}
        stats = {queue: await self._broker.stats(queue) for queue in sorted(queues)}
        filled = {queue for queue, found in stats.items() if found is not None and found.messages}
        if is_blocked:
            filled |= {queue for queue in queues if queue.startswith(names.action_queue(""))}
        kept = await self._store.quarantined_among(list(self._candidates))  # not lost: they are tried again from there
        for run_id, candidate in self._candidates.items():
            candidate.checks = 0 if candidate.queues & filled or run_id in kept else candidate.checks + 1

    async def _redispatch_lost(self, run_ids: Sequence[UUID]) -> None:
        """Publish what these runs wait for; those that have gone on meanwhile are no candidates any more."""
        waiting: list[tuple[StoredRun, list[Command]]] = []
        for loaded, state in await self._redispatch.load(run_ids):
            if state.seq == self._candidates[loaded.run.run_id].seq:
                waiting.append((loaded.run, _sent_commands(state)))
        for run_id in set(run_ids) - {run.run_id for run, _ in waiting}:
            del self._candidates[run_id]
        children = [command.run_id for _, found in waiting for command in found if isinstance(command, StartChild)]
        last = await self._store.last_of_chains(children)
        running = {run_id for run_id, run in last.items() if run.status is RunStatus.RUNNING}
        lost = []
        for run, found in waiting:
            gone = [command for command in found if not _is_known_to_run(command, running)]
            if self._is_worth_it(run.run_id, gone):
                lost.append((run, gone))
        if lost:
            count = await self._redispatch.send(lost)
            log.warning("re-published lost commands", runs=len(lost), commands=count)
            await self._clock.sleep(count / self._rate)

    def _is_worth_it(self, run_id: UUID, lost: list[Command]) -> bool:
        """Whether to publish for this run now; in any case check twice as often before the next time."""
        candidate = self._candidates[run_id]
        candidate.checks, candidate.checks_needed = 0, min(candidate.checks_needed * 2, _MOST_CHECKS)
        if not lost:
            return False
        candidate.redispatches += 1
        if candidate.redispatches == _MOST_REDISPATCHES + 1:
            log.error("run is stuck: re-publishing its commands had no effect", run_id=str(run_id))
        return candidate.redispatches <= _MOST_REDISPATCHES

    def _restart_counts(self) -> None:
        for candidate in self._candidates.values():
            candidate.checks = 0

    def _forget(self) -> None:
        self._candidates.clear()
        self._idle.restart()
        self._checked_at = None


def _sent_commands(state: RunState) -> list[Command]:
    """The pending commands that a message carries, and nobody has taken over."""
    return [
        command
        for command in state.pending_commands()
        if isinstance(command, DispatchAction | ContinueRun | StartChild | AskRun)
    ]


def _is_known_to_run(command: Command, running: Collection[UUID]) -> bool:
    """Whether it is the start of a child that is there, and nobody waits for the news of that."""
    return isinstance(command, StartChild) and command.run_id in running and not command.awaits_start


def _queues(commands: Iterable[Command], shard: int) -> frozenset[str]:
    """Where these commands, or the answers to them, may be waiting."""
    found = {names.event_queue(shard)}
    for command in commands:
        match command:
            case DispatchAction():
                found |= {names.action_queue(command.queue), names.suspect_queue(command.queue)}
            case StartChild():
                found.add(names.START_QUEUE)
            case AskRun():
                found.add(names.REQUESTS_QUEUE)
    return frozenset(found)
