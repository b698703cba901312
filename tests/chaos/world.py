"""Everything that a chaos run has: private servers, proxies in front of them, services, a client that keeps runs open,
and a record of when there was progress.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from tests.chaos.completer import Completer
from tests.chaos.controlled import REASON, Controlled, when_cancelled
from tests.chaos.elsewhere import Elsewhere
from tests.chaos.elsewhere import expected as expected_elsewhere
from tests.chaos.family import POLICIES, Parent, Policy
from tests.chaos.ledger import TOKENS, VARIABLE
from tests.chaos.plans import Limits, Plan, as_ordered, expected, expected_of_ordered, generate, invocations
from tests.chaos.proxy import ChaosProxy
from tests.chaos.supervisor import Supervisor
from tests.chaos.told import FORMS, Told
from tests.chaos.workload import Ordered, Planned
from tests.support.processes import Installation, installation
from tests.support.servers.postgres import PrivatePostgres
from tests.support.servers.rabbitmq_private import PrivateRabbit

from warren.client import ClientRunHandle
from warren.contracts.ids import new_run_id
from warren.contracts.topology import QueueType
from warren.errors import InfrastructureError, RunEnded, RunNotFound, WarrenError

SETTINGS: Final = {
    "WARREN_LEASE_AFTER": "2",
    "WARREN_LEASE_SECONDS": "6",
    "WARREN_MAX_DELIVERIES": "19",
    "WARREN_MAX_LOST_LEASES": "1000",
    "WARREN_LOG_LEVEL": "warning",
    "WARREN_LOG_FORMAT": "json",
    "WARREN_CONCURRENCY": "50",
}
LIMITS: Final = Limits(steps=4, depth=2, width=10, sleep=1.0, long=4.0, share=3_000)
_ORDERED_SHARE: Final = 0.3
"""Of the runs, those whose input a worker checks first."""
_TOLD_SHARE: Final = 0.2
"""Those that are sent signals."""
_ELSEWHERE_SHARE: Final = 0.15
"""Those whose actions another party completes."""
_CONTROLLED_SHARE: Final = 0.2
"""Of the others, those that are paused and resumed, or cancelled."""
_FAMILY_SHARE: Final = 0.2
"""Of the others, those that have children with handles."""
_ASK_SECONDS: Final = 20.0
"""After so long without an outcome the client looks whether its run exists, and starts it again if not."""
_LOOK_SECONDS: Final = 0.02


@dataclass(slots=True)
class StartedRun:
    """A run that was started, and what must come of it."""

    run_id: UUID
    plan: Plan
    total: int
    result: int | list[Any]
    invocations: int
    is_ordered: bool = False
    """Whether a worker has to check its input first (`Ordered`)."""
    told: int = 0
    """How many numbers it is told, one after the other (`Told`)."""
    form: str = ""
    elsewhere: int = 0
    """How many of its actions another party completes (`Elsewhere`)."""
    pause: float = 0.0
    """For how long each of the others of such a run takes, in seconds."""
    controls: tuple[str, ...] = ()
    """What is asked of it, one after the other (`Controlled`): pause, resume, cancel."""
    if_cancelled: list[object] | None = None
    """What comes of it instead where it is cancelled in time."""
    policy: Policy | None = None
    """What becomes of the child that it leaves behind (`Parent`)."""
    is_done: bool = False
    starts: int = 1
    seconds: float = 0.0
    """From its start to its outcome."""

    @property
    def results(self) -> list[object]:
        """What may come of it."""
        return [self.result] if self.if_cancelled is None else [self.result, self.if_cancelled]


@dataclass(slots=True)
class World:
    """What the faults act upon, and what the checks look at."""

    made: Installation
    supervisor: Supervisor
    rabbit: PrivateRabbit
    postgres: PrivatePostgres
    broker_proxy: ChaosProxy
    store_proxy: ChaosProxy
    ledger: Path
    source: random.Random
    runs: list[StartedRun] = field(default_factory=list)
    progress: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    is_starting: bool = True

    @property
    def open_runs(self) -> list[StartedRun]:
        """Runs whose outcome the client does not have."""
        return [run for run in self.runs if not run.is_done]

    async def keep_open(self, count: int) -> None:
        """Keep so many runs open until `is_starting` is false; then return when all have ended."""
        async with asyncio.TaskGroup() as group:
            for _ in range(count):
                group.create_task(self._drive())

    async def watch(self) -> None:
        """Note the times of progress for ever; run it as a task."""
        last = 0
        while True:
            size = self.ledger.stat().st_size if self.ledger.exists() else 0
            if size != last:
                last = size
                self.progress.append(time.time())
            await asyncio.sleep(_LOOK_SECONDS)

    async def _drive(self) -> None:
        while self.is_starting:
            plan = generate(self.source, LIMITS)
            total = self.source.randint(0, 999)
            run = self._drawn(plan, total)
            self.runs.append(run)
            began = time.monotonic()
            result = await self._outcome(run)
            run.is_done, run.seconds = True, time.monotonic() - began
            if result not in run.results:
                self.problems.append(f"{run.run_id}: the client was told {result!r}, not {run.result}")

    def _drawn(self, plan: Plan, total: int) -> StartedRun:
        if self.source.random() < _TOLD_SHARE:
            count = self.source.randint(1, 20)
            form = self.source.choice(FORMS)
            return StartedRun(new_run_id(), [], 0, list(range(count)), -(-count // 3), told=count, form=form)
        if self.source.random() < _ELSEWHERE_SHARE:
            count, pause = self.source.randint(1, 6), self.source.choice((0.0, 4.0))
            return StartedRun(new_run_id(), [], 0, expected_elsewhere(count), 2 * count, elsewhere=count, pause=pause)
        if self.source.random() < _CONTROLLED_SHARE:
            result, count = expected(plan, total), invocations(plan)
            if self.source.random() < 0.3:
                other = when_cancelled(total)
                return StartedRun(new_run_id(), plan, total, result, count, controls=("cancel",), if_cancelled=other)
            pauses = ("pause", "resume") * self.source.randint(1, 2)
            return StartedRun(new_run_id(), plan, total, result, count, controls=pauses)
        if self.source.random() < _FAMILY_SHARE:
            count = self.source.randint(0, 10)
            policy = self.source.choice(POLICIES)
            return StartedRun(new_run_id(), [], count, [list(range(count)), count], 0, policy=policy)
        if self.source.random() < _ORDERED_SHARE:
            result, count = expected_of_ordered(plan, total), 1 + invocations(plan)
            return StartedRun(new_run_id(), plan, total, result, count, is_ordered=True)
        return StartedRun(new_run_id(), plan, total, expected(plan, total), invocations(plan))

    async def _outcome(self, run: StartedRun) -> object:
        handle = await self._start(run)
        for number in range(run.told):
            await self._tell(run, number)
        for number, what in enumerate(run.controls):
            await asyncio.sleep(self.source.uniform(0.0, 2.0))
            await self._control(run, what, str(number))
        while True:
            try:
                return await handle.result(_ASK_SECONDS)
            except TimeoutError:
                pass
            except WarrenError as error:
                return repr(error)
            if await self.made.store.get_run(run.run_id) is None:  # the broker may have lost a start with all its data
                run.starts += 1
                handle = await self._start(run)

    async def _tell(self, run: StartedRun, number: int) -> None:
        """Send a number until the run has it; a start that the broker lost with all its data is sent again, too."""
        while True:
            try:
                await self._send(run, number)
            except (TimeoutError, InfrastructureError):
                await asyncio.sleep(0.2)
            except RunNotFound:
                run.starts += 1
                await self._start(run)
            else:
                return

    async def _send(self, run: StartedRun, number: int) -> None:
        client, known = self.made.client, {"id": str(number), "timeout": _ASK_SECONDS}
        if run.form.endswith("update"):
            update = Told.hear if run.form == "update" else Told.hear_slowly
            answer = await client.update(run.run_id, update, number, **known)
            if answer != number:
                self.problems.append(f"{run.run_id}: the update {number} was answered with {answer}")
        else:
            signal = Told.numbers if run.form == "mailbox" else Told.tell
            await client.signal(run.run_id, signal, number, **known)

    async def _control(self, run: StartedRun, what: str, request_id: str) -> None:
        """Ask for it until the run has it or has ended; a start that the broker lost is sent again, too."""
        client = self.made.client
        while True:
            try:
                if what == "pause":
                    await client.pause(run.run_id, id=request_id, timeout=_ASK_SECONDS)
                elif what == "resume":
                    await client.resume(run.run_id, id=request_id, timeout=_ASK_SECONDS)
                else:
                    await client.cancel(run.run_id, reason=REASON)
            except (TimeoutError, InfrastructureError):
                await asyncio.sleep(0.2)
            except RunNotFound:
                run.starts += 1
                await self._start(run)
                await asyncio.sleep(0.2)
            except RunEnded:
                return
            else:
                return

    async def _start(self, run: StartedRun) -> ClientRunHandle:
        """Start it, however often: what a broker that lost its queues just now did not confirm is no start."""
        while True:
            try:
                if run.told:
                    return await self.made.client.start(Told, run.told, run.form, run_id=run.run_id)
                if run.elsewhere:
                    return await self.made.client.start(Elsewhere, run.elsewhere, run.pause, run_id=run.run_id)
                if run.controls:
                    return await self.made.client.start(Controlled, run.plan, run.total, True, run_id=run.run_id)
                if run.policy is not None:
                    is_hasty = self.source.random() < 0.3
                    return await self.made.client.start(Parent, run.total, run.policy, is_hasty, run_id=run.run_id)
                if run.is_ordered:
                    data = as_ordered(run.plan, run.total)
                    return await self.made.client.start_encoded(Ordered, data, run_id=run.run_id)
                attributes = {"given": run.total}
                return await self.made.client.start(
                    Planned, run.plan, total=run.total, run_id=run.run_id, attributes=attributes
                )
            except InfrastructureError:
                await asyncio.sleep(0.2)


@asynccontextmanager
async def chaos_world(
    folder: Path,
    source: random.Random,
    *,
    sweeps: bool,
    queue_type: QueueType = "quorum",
    max_deliveries: int = 19,
    max_message_bytes: int | None = None,
    without: str | None = None,
) -> AsyncIterator[World]:
    """Servers and services, up and ready.

    `max_deliveries` is how often an action may be the end of a worker, `max_message_bytes` the broker's own limit.
    Without `sweeps` nobody looks for stalled runs, which would hide what other safeguards missed. `without` takes one
    of the services' safeguards away.
    """
    ledger = folder / "ledger"
    limits = {} if max_message_bytes is None else {"max_message_size": str(max_message_bytes)}
    with PrivateRabbit(limits) as rabbit, PrivatePostgres() as postgres:
        async with AsyncExitStack() as resources:
            broker_proxy = await resources.enter_async_context(ChaosProxy(rabbit.port))
            store_proxy = await resources.enter_async_context(ChaosProxy(postgres.port))
            settings = SETTINGS | {VARIABLE: str(ledger), "WARREN_STALL_AFTER": "10" if sweeps else "86400"}
            settings |= {"WARREN_QUEUE_TYPE": queue_type, "WARREN_MAX_DELIVERIES": str(max_deliveries)}
            made = await resources.enter_async_context(
                installation(
                    f"amqp://guest:guest@127.0.0.1:{broker_proxy.port}/",
                    f"postgresql://postgres@127.0.0.1:{store_proxy.port}/postgres",
                    without=without,
                    **settings,
                )
            )
            supervisor = Supervisor(made)
            supervisor.start()
            await made.until_ready()
            world = World(made, supervisor, rabbit, postgres, broker_proxy, store_proxy, ledger, source)
            completer = Completer(made.client, Path(f"{ledger}{TOKENS}"), world.problems)
            helpers = (supervisor.run(), world.watch(), completer.run())
            tasks = [asyncio.ensure_future(helper) for helper in helpers]
            try:
                yield world
            finally:
                for task in tasks:
                    task.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await task
                supervisor.resume(supervisor.slots)
