"""One simulated installation: two of each service on one broker and one database, a client, and the hand of fate.

The services are the real ones, started through their composition roots; broker, store, clock and event loop are not.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from contextvars import Context
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar
from uuid import UUID

from tests.chaos.ledger import hooks
from tests.simulation.chains import chain_of
from tests.simulation.client import SimulatedClient
from tests.simulation.families import has_settled
from tests.simulation.follower import SimulatedFollower
from tests.simulation.injection import faults_in_services, refusal_of
from tests.simulation.loop import SimulatedLoop, SimulatedProcess, current_process
from tests.simulation.network import NotedRunStore, StormyBroker, StormyServer, StormyStore, Weather
from tests.simulation.scenario import SERVICES, Fault, Scenario

from warren import action_context
from warren.adapters.memory.database import MemoryDatabase
from warren.adapters.memory.store import MemoryRunStore
from warren.contracts import names
from warren.contracts.messages import RunStatus
from warren.ports import ProgramRecord, TransitionRow
from warren.runtime.clock import SystemClock
from warren.runtime.settings import Settings, load_settings
from warren.sdk.registry import registry
from warren_compiler import app as compiler
from warren_coordinator import app as coordinator
from warren_worker import app as worker
from warren_worker.settings import WorkerSettings

S = TypeVar("S", bound=Settings)

EPOCH: Final = datetime(2030, 1, 1, tzinfo=UTC)
SETTINGS: Final = load_settings(shards=2, lease_after=2.0, stall_after=86_400)
SWEEPING: Final = load_settings(shards=2, lease_after=2.0, stall_after=12.0)
WORKER_SETTINGS: Final = load_settings(
    WorkerSettings, shards=2, concurrency=8, lease_after=2.0, lease_seconds=6.0, max_deliveries=19
)
GRACE: Final = 240.0
"""After the last fault, everything must come to its end within so many virtual seconds."""


class SimulatedClock(SystemClock):
    """The loop's virtual time as a date."""

    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=asyncio.get_running_loop().time())


@dataclass(slots=True, eq=False)
class Service:
    """One process that is alive."""

    process: SimulatedProcess
    broker: StormyBroker
    inner: MemoryRunStore


class World:
    """Runs a scenario; afterwards `database`, `ledger`, `deaths` and `problems` tell what came of it."""

    def __init__(self, scenario: Scenario, programs: Iterable[ProgramRecord], *, verbose: bool = False) -> None:
        self.scenario = scenario
        self.loop = SimulatedLoop(scenario.source)  # type: ignore[abstract]  # it has what the services call
        self.weather: Weather = scenario.weather
        self.server = StormyServer(scenario.source, scenario.weather)
        self.database = MemoryDatabase()
        self.database.programs |= {program.version: program for program in programs}
        self.ledger: Counter[tuple[UUID, int, int]] = Counter()
        self.performed: dict[tuple[UUID, int, int], float] = {}
        self.deaths: Counter[str] = Counter()
        self.transitions: list[TransitionRow] = []
        self.problems: list[str] = []
        self.injected: Counter[str] = Counter()
        self._services: dict[str, Service] = {}
        self._traps: dict[str, Fault] = {}
        self._trace = hashlib.sha256()
        self._verbose = verbose
        self._calm_at = 0.0
        self._everything_injected = False
        self._clock = SimulatedClock()
        broker = StormyBroker(self.server, name="client", source=scenario.source, weather=scenario.weather)
        self.client = SimulatedClient(broker, scenario, settings=self._typed(SETTINGS), note=self.note)
        self._neighbours = {run.run_id: run.at for run in scenario.neighbours}
        if scenario.neighbours:
            self.server.refuses = lambda message: refusal_of(message, self.loop.time(), self._started_at)
        self._client_process = SimulatedProcess("client")
        self.follower = SimulatedFollower(
            self.server, self.database, scenario.followed, seed=scenario.seed, weather=scenario.weather
        )
        self._follower_process = SimulatedProcess("follower")
        self._graves: list[SimulatedProcess] = []

    @property
    def fingerprint(self) -> str:
        """The same for two executions only if they were the same."""
        return hashlib.sha256(self._trace.digest() + str(self.loop.steps).encode()).hexdigest()[:16]

    @property
    def _ordinary(self) -> list[Any]:
        """All runs but bad neighbours."""
        scenario = self.scenario
        return [*scenario.runs, *scenario.told, *scenario.elsewhere, *scenario.controlled, *scenario.families]

    def run(self) -> None:
        """Run to the end, or until the deadline."""
        hooks.executed, hooks.noted, hooks.handed = self._executed, self._noted, self.client.party.hand
        with faults_in_services(self.loop.time, lambda run_id: self._neighbours.get(run_id, 0.0)):
            self._run()

    def _run(self) -> None:
        for name in SERVICES:
            self.loop.call_at(0.0, self._start, name, context=Context())
        self.loop.call_at(0.0, self._start_client, context=Context())
        if self.scenario.followed:
            self.loop.call_at(0.05, self._start_follower, context=Context())
        self.loop.spawn(self.loop.world, self._inject())
        last = max((fault.at + fault.seconds for fault in self.scenario.faults), default=0.0)
        if not self.loop.run(self._is_done, deadline=last + GRACE):
            everybody: list[Any] = [*self._ordinary, *self.scenario.neighbours]
            open_runs = [str(each.run_id) for each in everybody if not self._has_ended(each.run_id)]
            waiting = [str(each.run_id) for each in self._ordinary if each.run_id not in self.client.outcomes]
            open_runs += [
                f"children of {family.run_id}" for family in self.scenario.families if not has_settled(self, family)
            ]
            self.problems.append(
                f"{GRACE:g} s after the last fault: open runs {open_runs}, without outcome at the client {waiting}, "
                f"still followed {sorted(map(str, self.follower.seen.keys() - self.follower.done))}"
            )
        else:
            self._idle()
        self.problems += self.loop.problems + self.client.problems + self.client.party.problems
        self.problems += self.follower.problems
        self._bury()

    def note(self, what: str) -> None:
        """Take part of what happens into the fingerprint."""
        line = f"{self.loop.time():.6f} {current_process.get(self.loop.world).name} {what}"
        self._trace.update(line.encode())
        if self._verbose:
            print(line)

    # services

    def _start_client(self) -> None:
        self.loop.spawn(self._client_process, self.client.run())

    def _start_follower(self) -> None:
        self.loop.spawn(self._follower_process, self.follower.run())

    def _start(self, name: str) -> None:
        if name in self._services:
            return
        process = SimulatedProcess(name)
        broker = StormyBroker(self.server, name=name, source=self.scenario.source, weather=self.weather)
        broker.on_published = partial(self._reach, "published")
        inner = NotedRunStore(self.database, self.transitions)
        self._services[name] = Service(process, broker, inner)
        self.note(f"starts {name}")
        task = self.loop.spawn(process, self._serve(name, broker, inner))
        task.add_done_callback(partial(self._ended, name), context=Context())

    async def _serve(self, name: str, broker: StormyBroker, inner: MemoryRunStore) -> None:
        await asyncio.sleep(self.scenario.source.random() * 0.05)
        store: Any = StormyStore(inner, source=self.scenario.source, weather=self.weather, reach=self._reach)
        await broker.connect()
        stop = asyncio.Event()
        if name.startswith("worker"):
            await worker.run(
                self._typed(WORKER_SETTINGS),
                broker=broker,
                registry=registry,
                workflows=[],
                modules=["tests.chaos.workload", "tests.chaos.hostile", "tests.chaos.elsewhere"],
                queues=[names.DEFAULT_ACTION_QUEUE],
                stop=stop,
            )
            return
        while True:
            try:
                await inner.connect()
                break
            except Exception:
                await asyncio.sleep(1)
        run = compiler.run if name.startswith("compiler") else coordinator.run
        settings = SWEEPING if self.scenario.profile in ("calm", "purges") else SETTINGS
        await run(self._typed(settings), broker=broker, store=store, stop=stop, clock=self._clock)

    def _typed(self, settings: S) -> S:
        """These settings for the kind of queues that the seed wants."""
        return settings.model_copy(update={"queue_type": self.scenario.queue_type})

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if not current_process.get(self.loop.world).is_dead:
            self.problems.append(f"{name} ended by itself: {error!r}")

    def _kill(self, name: str) -> bool:
        service = self._services.pop(name, None)
        if service is None:
            return False
        self.note(f"killed {name}")
        self.loop.kill(service.process)
        self._graves.append(service.process)
        self._traps.pop(name, None)
        self.deaths[name.partition("-")[0]] += 1
        asyncio.get_running_loop().call_soon(self._forget, service, context=Context())
        return True

    def _forget(self, service: Service) -> None:
        """The servers notice that a client has gone."""
        service.broker.on_disconnected()
        self.server.leave(service.broker)

    async def _reach(self, point: str) -> None:
        """A process comes to a named point; if it is to die there, this never returns."""
        process = current_process.get(self.loop.world)
        self.note(point)
        trap = self._traps.get(process.name)
        if trap is None or trap.point != point:
            return
        if trap.count > 1:
            self._traps[process.name] = replace(trap, count=trap.count - 1)
            return
        del self._traps[process.name]
        if trap.kind == "pause_at":
            self.injected[f"paused at {point}"] += 1
            self._pause(self._services[process.name], trap.seconds)
            await asyncio.sleep(0)
            return
        self._kill(process.name)
        self.injected[f"killed at {point}"] += 1
        delay = self.scenario.source.random() * 3
        self.loop.call_later(delay, self._start, process.name, context=Context())
        await asyncio.get_running_loop().create_future()

    # actions

    async def _executed(self, seconds: float) -> int:
        attempt = self._noted()
        await self._reach("executed")
        await asyncio.sleep(seconds or self.scenario.source.random() * 0.02)
        context = action_context()
        self.performed[context.run_id, context.invocation, context.attempt] = self.loop.time()
        return attempt

    def _noted(self) -> int:
        context = action_context()
        self.ledger[context.run_id, context.invocation, context.attempt] += 1
        return context.attempt

    # faults

    async def _inject(self) -> None:
        for fault in self.scenario.faults:
            await asyncio.sleep(max(0.0, fault.at - self.loop.time()))
            self.note(f"fault {fault.kind} {fault.target} {fault.point} {fault.seconds:.3f}")
            self.injected[fault.kind] += 1
            self._cause(fault)
        last = max((fault.at + fault.seconds for fault in self.scenario.faults), default=0.0)
        await asyncio.sleep(max(0.0, last - self.loop.time()))
        self._calm_down()

    def _calm_down(self) -> None:
        self.note("calm")
        self._traps.clear()
        for name in ("delay", "duplicate", "lost_confirm", "store_error"):
            setattr(self.weather, name, 0.0)
        for name in SERVICES:
            self._start(name)
        self._everything_injected = True

    def _cause(self, fault: Fault) -> None:
        later = partial(self.loop.call_later, context=Context())
        service = self._services.get(fault.target)
        match fault.kind:
            case "crash":
                if self._kill(fault.target):
                    later(fault.seconds, self._start, fault.target)
            case "crash_at" | "pause_at":
                self._traps[fault.target] = fault
            case "crash_all":
                for name in SERVICES:
                    self._kill(name)
                    later(fault.seconds, self._start, name)
            case "pause":
                if service is not None and not service.process.is_paused:
                    self._pause(service, fault.seconds)
            case "disconnect":
                if service is not None and self.server.is_up:
                    self.server.drop_connection(service.broker)
            case "broker_stop":
                if self.server.is_up:
                    self.server.stop()
                    later(fault.seconds, self._start_server)
            case "lose_data":
                if self.server.is_up:
                    self.server.lose_data()
            case "purge":
                self._purge(self.server.purge)
            case "delete_queue":
                if self.server.is_up:
                    self._purge(self.server.delete_queue)
            case "store_away":
                self.database.is_away = True
                later(fault.seconds, setattr, self.database, "is_away", False)
            case "withhold":
                self.server.withhold_next(fault.count * 3)
                later(fault.seconds, self._release)
            case _:
                raise ValueError(fault.kind)

    def _purge(self, destroy: Callable[[str], None]) -> None:
        """All queues but those with starts, which nobody else remembers."""
        default = names.DEFAULT_ACTION_QUEUE
        shards = map(names.event_queue, range(SETTINGS.shards))
        for queue in (names.action_queue(default), names.suspect_queue(default), *shards):
            destroy(queue)

    def _pause(self, service: Service, seconds: float) -> None:
        """As SIGSTOP; when it lasts, the broker gives the connection up and hands its messages to others."""
        later = partial(self.loop.call_later, context=Context())
        self.loop.pause(service.process)
        later(seconds, self._resume, service)
        if self.scenario.source.random() < 0.6:
            later(seconds * self.scenario.source.random(), self._give_up, service)

    def _resume(self, service: Service) -> None:
        self.loop.resume(service.process)
        if not service.process.is_dead:
            self.server.join(service.broker)

    def _give_up(self, service: Service) -> None:
        if service.process.is_paused and not service.process.is_dead:
            self.note(f"broker gives up {service.process.name}")
            self._forget(service)

    def _start_server(self) -> None:
        for service in self._services.values():
            if service.process.is_paused:  # it cannot connect before it goes on
                self.server.leave(service.broker)
        self.server.start()

    def _release(self) -> None:
        source = self.scenario.source
        self.server.release(lambda held: source.sample(list(held), len(held)))

    # the end

    def _has_ended(self, run_id: UUID) -> bool:
        chain = chain_of(self, run_id)
        return run_id in self.client.refusals or (bool(chain) and chain[-1].status is not RunStatus.RUNNING)

    def _started_at(self, body: bytes) -> float:
        """When the bad neighbour that a message is about was started."""
        return max((at for run_id, at in self._neighbours.items() if str(run_id).encode() in body), default=0.0)

    def moment(self, at: datetime) -> float:
        """A date as the loop's virtual time."""
        return (at - EPOCH).total_seconds()

    def _is_done(self) -> bool:
        return (
            self._everything_injected
            and all(run.run_id in self.client.outcomes and self._has_ended(run.run_id) for run in self._ordinary)
            and all(self._has_ended(run.run_id) for run in self.scenario.neighbours)
            and self.follower.done >= self.follower.seen.keys()
            and all(has_settled(self, family) for family in self.scenario.families)
            and not self.depths()
        )

    def depths(self) -> dict[str, int]:
        """How many messages are in each queue that must drain, delivered or not; only those with any."""
        found = {
            name: len(queue) + sum(len(each._unsettled) for each in queue.consumers)  # type: ignore[attr-defined]
            for name, queue in self.server._queues.items()
            if name not in (names.MARKER_QUEUE, names.DEAD_QUEUE)
        }
        return {name: depth for name, depth in found.items() if depth}

    def _idle(self) -> None:
        """With nothing to do, nearly nothing is done: no busy loop is left behind."""
        until = self.loop.time() + 10.0
        before = self.loop.steps
        self.loop.run(lambda: self.loop.time() >= until, deadline=until)
        if (spent := self.loop.steps - before) > 3_000:
            self.problems.append(f"{spent} callbacks in ten idle seconds")
        self.loop.run(
            lambda: not self.depths(), deadline=until + 5.0
        )  # a question about an ended run may be on its way

    def dead_letters(self) -> list[str]:
        """The reasons of what was parked, but for what is about bad neighbours that have ended."""
        queue = self.server._queues.get(names.DEAD_QUEUE)
        ended = [str(run_id).encode() for run_id in self._neighbours if self._has_ended(run_id)]
        return [
            str(dict(each.headers))
            for each in (() if queue is None else queue._ready)
            if not any(run_id in each.message.body for run_id in ended)
        ]

    def _bury(self) -> None:
        """Close what is left of every coroutine while nothing can hear of it any more."""
        living = [service.process for service in self._services.values()]
        processes = [*living, self._client_process, self._follower_process, *self._graves, self.loop.world]
        for process in processes:
            self.loop.kill(process)
        asyncio._set_running_loop(self.loop)
        try:
            for process in processes:
                for task in process.tasks:
                    if not task.done():
                        task._log_destroy_pending = False  # type: ignore[attr-defined]
                        with contextlib.suppress(BaseException):
                            task.get_coro().close()  # type: ignore[union-attr]
        finally:
            asyncio._set_running_loop(None)
