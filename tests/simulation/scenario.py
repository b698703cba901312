"""What happens in one simulation, made from its seed alone: the runs, the weather, the faults and their times."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from tests.chaos.hostile import KINDS
from tests.chaos.plans import Limits, Plan, expected, expected_of_ordered, generate
from tests.chaos.told import CHAINED_FORMS, FORMS
from tests.simulation.controls_of_runs import ControlledRun, controlled_runs
from tests.simulation.families import Family, families
from tests.simulation.network import Weather

from warren.contracts import requests
from warren.contracts.topology import QueueType

SERVICES: Final = ("compiler-0", "compiler-1", "coordinator-0", "coordinator-1", "worker-0", "worker-1")
POINTS: Final = ("before create_runs", "create_runs", "before commit", "commit", "published", "executed")
"""Where a process can be killed or paused: an operation is about to be applied, or was, or a publication was routed,
and the process does not know yet."""
_POINTS_OF: Final = {"compiler": (0, 1, 4), "coordinator": (2, 3, 4), "worker": (4, 5)}

_HOSTILE_SHARE: Final = 0.4
"""Of all seeds, those with bad neighbours."""
_SHARING_SHARE: Final = 0.3
"""Likewise with runs whose actions share values, or whose input is checked by a worker."""
_TOLD_SHARE: Final = 0.3
"""Likewise with runs that are sent signals."""
_FOLLOWED_SHARE: Final = 0.3
"""Likewise with a client that follows a run."""
_ELSEWHERE_SHARE: Final = 0.3
"""Likewise with runs whose actions another party completes."""
_CHAINED_SHARE: Final = 0.3
"""Likewise with runs that continue as new."""
_SMALL: Final = Limits(steps=3, depth=1, width=4, sleep=3.0, long=8.0)
_LARGE: Final = Limits(steps=5, depth=2, width=8, sleep=5.0, long=8.0)
_SHARING: Final = Limits(steps=3, depth=1, width=6, sleep=1.0, share=2_500)
_EVERYTHING: Final = (
    "crash",
    "crash_at",
    "crash_at",
    "crash_all",
    "pause",
    "pause_at",
    "pause_at",
    "disconnect",
    "broker_stop",
    "lose_data",
    "store_away",
    "withhold",
)
_PURGES: Final = ("purge", "delete_queue", "purge", "delete_queue", *_EVERYTHING)
_DEATHS: Final = ("crash", "crash_at", "crash_at", "crash_all")


_CLASSIC_EVERY: Final = 3
"""One of so many seeds has classic queues. Not by chance, so that no seed became another one when they were added."""


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One run to start. `times` is how often its start is sent."""

    run_id: UUID
    at: float
    plan: Plan
    total: int
    times: int
    is_ordered: bool = False
    """Whether it is one of `Ordered`, whose input a worker has to check first."""

    @property
    def result(self) -> int:
        """What must come of it."""
        return (expected_of_ordered if self.is_ordered else expected)(self.plan, self.total)


@dataclass(frozen=True, slots=True)
class ToldRun:
    """A run that is told `count` numbers, one after the other, from `told_at` on: before or after its start is sent.

    Each is sent in so many `copies` at once, with an answer of its own for each.
    """

    run_id: UUID
    at: float
    told_at: float
    count: int
    form: str
    copies: int
    every: int = 0
    """After so many numbers it continues as new, if that is not 0 (`Chained`)."""

    @property
    def arguments(self) -> dict[str, Any]:
        """Those of its start."""
        return {"count": self.count, "form": self.form} | ({"every": self.every} if self.every else {})

    def request(self, number: int) -> requests.RunRequest:
        """What tells a number: a signal, or an update whose answer is the number."""
        place: dict[str, Any] = {"run_id": self.run_id, "id": str(number)}
        match self.form:
            case "mailbox":
                return requests.SignalRun(signal="numbers", payload=number, **place)
            case "handler":
                return requests.SignalRun(signal="tell", payload=number, **place)
            case "update":
                return requests.UpdateRun(update="hear", arguments={"number": number}, **place)
        return requests.UpdateRun(update="hear_slowly", arguments={"number": number}, **place)

    def answer(self, number: int) -> int | None:
        """What must be answered."""
        return number if self.form.endswith("update") else None

    @property
    def result(self) -> list[int]:
        """What must come of it."""
        return list(range(self.count))


@dataclass(frozen=True, slots=True)
class FollowedRun:
    """One of the others that a client follows from `at` on; its connection breaks at `cut_at`."""

    run_id: UUID
    at: float
    cut_at: float


@dataclass(frozen=True, slots=True)
class ElsewhereRun:
    """A run with `count` actions that another party completes, and as many that take `seconds` and fail at first."""

    run_id: UUID
    at: float
    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class HostileRun:
    """A bad neighbour to start: `kind` is one of `tests.chaos.hostile.KINDS`."""

    run_id: UUID
    at: float
    kind: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: `kind` from the lists above, at a virtual time, for some seconds."""

    kind: str
    at: float
    seconds: float
    target: str
    point: str
    count: int


@dataclass(slots=True)
class Scenario:
    """Everything that the seed decides. `profile` is `calm`, `deaths`, `storm`, or `purges`: a storm that also empties
    and deletes queues. Stalled runs are looked for then, and in a calm, where none may be found; at other times that
    would hide what other safeguards missed."""

    seed: int
    profile: str
    queue_type: QueueType
    runs: list[PlannedRun]
    faults: list[Fault]
    weather: Weather
    source: random.Random = field(repr=False)
    neighbours: list[HostileRun] = field(default_factory=list)
    """Drawn from a source of its own, so that a seed without them is the same otherwise."""
    told: list[ToldRun] = field(default_factory=list)
    followed: list[FollowedRun] = field(default_factory=list)
    elsewhere: list[ElsewhereRun] = field(default_factory=list)
    controlled: list[ControlledRun] = field(default_factory=list)
    families: list[Family] = field(default_factory=list)


def make_scenario(seed: int) -> Scenario:
    """The same seed makes the same scenario."""
    source = random.Random(seed)
    profile = source.choices(("calm", "deaths", "storm", "purges"), (1, 3, 6, 1))[0]
    window = source.uniform(2.0, 10.0)
    runs = [_run(source, window) for _ in range(source.randint(1, 4))]
    if source.random() < 0.01:
        runs.append(_wide_run(source))
    runs += _sharing_runs(seed, window)
    weather = Weather(latency=source.choice((0.001, 0.01, 0.1)))
    faults: list[Fault] = []
    if profile != "calm":
        kinds = {"deaths": _DEATHS, "storm": _EVERYTHING, "purges": _PURGES}[profile]
        faults = sorted((_fault(source, kinds, window) for _ in range(source.randint(1, 5))), key=lambda each: each.at)
    if profile in ("storm", "purges"):
        for name, most in (("delay", 0.2), ("duplicate", 0.2), ("lost_confirm", 0.05), ("store_error", 0.1)):
            if source.random() < 0.3:
                setattr(weather, name, source.uniform(0, most))
    queue_type: QueueType = "classic" if seed % _CLASSIC_EVERY == 0 else "quorum"
    told = [*_told(seed, window), *_chained(seed, window)]
    return Scenario(
        seed,
        profile,
        queue_type,
        runs,
        faults,
        weather,
        source,
        _neighbours(seed, window),
        told,
        _followed(seed, window, [*runs, *told]),
        _elsewhere(seed, window),
        controlled_runs(seed, window),
        families(seed, window),
    )


def _neighbours(seed: int, window: float) -> list[HostileRun]:
    source = random.Random(f"neighbours of {seed}")
    if source.random() >= _HOSTILE_SHARE:
        return []
    return [
        HostileRun(
            UUID(int=source.getrandbits(128), version=4), source.uniform(0, window / 2), source.choice(list(KINDS))
        )
        for _ in range(source.randint(1, 5))
    ]


def _told(seed: int, window: float) -> list[ToldRun]:
    source = random.Random(f"signals of {seed}")
    if source.random() >= _TOLD_SHARE:
        return []
    found = []
    for _ in range(source.randint(1, 3)):
        run_id, at = UUID(int=source.getrandbits(128), version=4), source.uniform(0, window / 2)
        told_at = max(0.0, at + source.uniform(-1.0, 3.0))
        count, form = source.randint(1, 12), source.choice(FORMS)
        found.append(ToldRun(run_id, at, told_at, count, form, source.choice((1, 1, 3))))
    return found


def _followed(seed: int, window: float, runs: Sequence[PlannedRun | ToldRun]) -> list[FollowedRun]:
    source = random.Random(f"followers of {seed}")
    if source.random() >= _FOLLOWED_SHARE:
        return []
    chosen = source.sample(runs, min(len(runs), source.randint(1, 3)))
    return [
        FollowedRun(run.run_id, run.at + source.uniform(-0.5, 3.0), source.uniform(0, 1.5 * window)) for run in chosen
    ]


def _elsewhere(seed: int, window: float) -> list[ElsewhereRun]:
    source = random.Random(f"elsewhere of {seed}")
    if source.random() >= _ELSEWHERE_SHARE:
        return []
    return [
        ElsewhereRun(
            UUID(int=source.getrandbits(128), version=4),
            source.uniform(0, window / 2),
            source.randint(1, 4),
            source.choice((0.0, 0.0, 3.0, 8.0)),
        )
        for _ in range(source.randint(1, 2))
    ]


def _chained(seed: int, window: float) -> list[ToldRun]:
    """Runs that continue as new, from a source of their own."""
    source = random.Random(f"chains of {seed}")
    if source.random() >= _CHAINED_SHARE:
        return []
    found = []
    for _ in range(source.randint(1, 2)):
        run_id, at = UUID(int=source.getrandbits(128), version=4), source.uniform(0, window / 2)
        told_at = max(0.0, at + source.uniform(-1.0, 3.0))
        count, form, copies = source.randint(3, 12), source.choice(CHAINED_FORMS), source.choice((1, 1, 3))
        found.append(ToldRun(run_id, at, told_at, count, form, copies, source.randint(1, 4)))
    return found


def _sharing_runs(seed: int, window: float) -> list[PlannedRun]:
    """From a source of their own, like the neighbours. Shared messages begin with the second step: then it is known
    that the actions are short."""
    source = random.Random(f"sharing of {seed}")
    if source.random() >= _SHARING_SHARE:
        return []
    return [
        PlannedRun(
            run_id=UUID(int=source.getrandbits(128), version=4),
            at=source.uniform(0, window / 2),
            plan=[["share", 2, 5, 1], *generate(source, _SHARING), ["share", 6, 2_000, source.randint(1, 999)]],
            total=source.randint(0, 999),
            times=1,
            is_ordered=source.random() < 0.5,
        )
        for _ in range(source.randint(1, 2))
    ]


def _run(source: random.Random, window: float) -> PlannedRun:
    limits = _LARGE if source.random() < 0.1 else _SMALL
    return PlannedRun(
        run_id=UUID(int=source.getrandbits(128), version=4),
        at=source.uniform(0, window / 2),
        plan=generate(source, limits),
        total=source.randint(0, 999),
        times=2 if source.random() < 0.1 else 1,
    )


def _wide_run(source: random.Random) -> PlannedRun:
    plan: Plan = [["gather", 1500, source.randint(1, 999)], ["act", 1]]
    return PlannedRun(UUID(int=source.getrandbits(128), version=4), source.uniform(0, 1), plan, 0, 1)


def _fault(source: random.Random, kinds: tuple[str, ...], window: float) -> Fault:
    kind = source.choice(kinds)
    longest = 40.0 if kind == "pause" and source.random() < 0.3 else 8.0
    target = source.choice(SERVICES)
    return Fault(
        kind=kind,
        at=source.uniform(0, window),
        seconds=source.uniform(0.05, longest),
        target=target,
        point=POINTS[source.choice(_POINTS_OF[target.partition("-")[0]])],
        count=source.choice((1, 1, 1, 2, 3, 5)),
    )
