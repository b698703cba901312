# mypy: disable-error-code="attr-defined"
# it replaces names that modules import: mypy need not say so
"""Running seeds: each is a scenario, a world, and what was violated in it."""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final, NoReturn

import structlog
from tests.chaos.controlled import Controlled
from tests.chaos.elsewhere import Elsewhere
from tests.chaos.family import Hearer, Luckless, Parent, Stayer
from tests.chaos.hostile import Hostile
from tests.chaos.told import Chained, Told
from tests.chaos.workload import Child, Ordered, Planned
from tests.simulation.invariants import delays, violations
from tests.simulation.scenario import Scenario, make_scenario
from tests.simulation.world import EPOCH, World

import warren_worker.executor
from warren.engine import Executable
from warren.ir.base import to_json
from warren.lowering import lower
from warren.ports import ProgramRecord
from warren.runs.programs import Programs

_CLOCKS: Final = ("monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "time", "time_ns")


@dataclass(frozen=True, slots=True)
class Report:
    """What came of one seed."""

    seed: int
    profile: str
    violations: list[str]
    fingerprint: str
    injected: Counter[str]
    executions: int
    virtual_seconds: float


class Simulator:
    """Runs seeds one after another in this process. Nothing outlives a seed but the compiled program."""

    def __init__(self) -> None:
        self._executables: dict[str, Executable] = {}
        self._records: list[ProgramRecord] = []
        for cls in (
            *(Child, Planned, Ordered, Hostile, Told, Chained, Elsewhere, Controlled),
            *(Hearer, Stayer, Luckless, Parent),
        ):
            ir = cls.workflow_ir()
            program = lower(ir)
            executable = Executable(program)
            self._executables[executable.version] = executable
            self._records.append(
                ProgramRecord(
                    version=executable.version,
                    workflow=cls.short_name(),
                    ir=json.dumps(to_json(ir)),
                    program=json.dumps(to_json(program)),
                    registered_at=EPOCH,
                )
            )

    def run(self, seed: int, *, verbose: bool = False) -> Report:
        """Run one seed to its end."""
        scenario = make_scenario(seed)
        if verbose:
            print(scenario)
        with self._determined(seed):
            world = self._run(scenario, verbose=verbose)
            found = list(violations(world, self._executables))
        if scenario.neighbours and scenario.profile == "calm":
            with self._determined(seed):
                found += delays(world, self._run(replace(make_scenario(seed), neighbours=[])))
        return Report(
            seed,
            scenario.profile,
            found,
            world.fingerprint,
            world.injected
            + Counter(deaths=world.deaths.total())
            + Counter({"messages with shared values": world.server.shared})
            + Counter("input for a worker to check" for run in scenario.runs if run.is_ordered)
            + Counter("continued as new" for run in world.database.runs.values() if run.continued_as is not None)
            + Counter({"signals": sum(run.count for run in scenario.told)})
            + Counter({"followed transitions": sum(map(len, world.follower.seen.values()))})
            + Counter({f"elsewhere: {name}": count for name, count in world.client.party.said.items() if count})
            + Counter(f"left children: {family.policy}" for family in scenario.families)
            + Counter({"hasty parents": sum(family.is_hasty for family in scenario.families)})
            + Counter(f"request: {step.kind.routing_key}" for run in scenario.controlled for step in run.steps)
            + Counter(f"neighbour: {run.kind}" for run in scenario.neighbours),
            world.ledger.total(),
            world.loop.time(),
        )

    def _run(self, scenario: Scenario, *, verbose: bool = False) -> World:
        world = World(scenario, self._records, verbose=verbose)
        with _virtual_counter(world):
            world.run()
        return world

    @contextmanager
    def _determined(self, seed: int) -> Iterator[None]:
        """Nothing comes from outside: no randomness, id or time; and the program is compiled once for all processes."""
        source = random.Random(seed)
        saved: tuple[Any, ...] = (os.urandom, Programs._keep, random.getstate(), sys.unraisablehook)
        clocks = {name: getattr(time, name) for name in _CLOCKS}
        executables = self._executables

        def keep(programs: Programs, record: ProgramRecord) -> Executable:
            executable = programs._executables[record.version] = executables[record.version]
            return executable

        os.urandom = source.randbytes
        for name in _CLOCKS:
            setattr(time, name, _no_clock)
        Programs._keep = keep  # type: ignore[method-assign]  # the same for every process of every seed
        random.seed(seed)
        sys.unraisablehook = lambda _: None
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
        try:
            yield
        finally:
            for name, clock in clocks.items():
                setattr(time, name, clock)
            os.urandom, Programs._keep = saved[0], saved[1]  # type: ignore[method-assign]  # put back
            random.setstate(saved[2])
            sys.unraisablehook = saved[3]
            structlog.reset_defaults()


def _no_clock() -> NoReturn:
    raise AssertionError("the machine's clock was read in a simulation; read the event loop's time")


@contextmanager
def _virtual_counter(world: World) -> Iterator[None]:
    saved = warren_worker.executor.perf_counter
    warren_worker.executor.perf_counter = world.loop.time
    try:
        yield
    finally:
        warren_worker.executor.perf_counter = saved
