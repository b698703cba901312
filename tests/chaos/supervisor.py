"""Keeps two of each service running: who dies is started again. Notes each death, and what ends without a signal."""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from tests.chaos.hostile import EXIT_CODE
from tests.support.processes import Installation, ServiceProcess

from warren.runtime import crash_points

POINTS: Final = {
    "compiler": (crash_points.COMMITTED, crash_points.PUBLISHED),
    "coordinator": (crash_points.COMMITTED, crash_points.PUBLISHED),
    "worker": (crash_points.PERFORMED, crash_points.REPORTED),
}
WORKLOAD: Final = (
    "tests.chaos.workload",
    "tests.chaos.told",
    "tests.chaos.controlled",
    "tests.chaos.hostile",
    "tests.chaos.family",
    "tests.chaos.elsewhere",
)
_LOOK_SECONDS: Final = 0.05


@dataclass(slots=True, eq=False)
class Slot:
    """A place for one service. While it `is_held` it stays empty; `crash_at` is for the next process in it."""

    kind: str
    process: ServiceProcess
    is_held: bool = False
    is_paused: bool = False
    is_noted: bool = False
    crash_at: str = ""
    armed: str = ""


@dataclass(slots=True)
class Supervisor:
    """The services of a chaos run. `died_at` are Unix times."""

    made: Installation
    slots: list[Slot] = field(default_factory=list)
    deaths: Counter[str] = field(default_factory=Counter)
    points: Counter[str] = field(default_factory=Counter)
    """How often a process died at each named point."""
    died_at: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Start two of each."""
        for kind in POINTS:
            for _ in range(2):
                self.slots.append(Slot(kind, self._launch(kind, {})))

    async def run(self) -> None:
        """Watch for ever; run it as a task."""
        while True:
            for slot in self.slots:
                if not slot.process.is_alive:
                    if slot.armed and not slot.is_noted:
                        self.points[slot.armed.partition(":")[0]] += 1
                    self._note(slot)
                    if not slot.is_held:
                        self._fill(slot)
            await asyncio.sleep(_LOOK_SECONDS)

    def of(self, kind: str) -> list[Slot]:
        """The slots of a kind."""
        return [slot for slot in self.slots if slot.kind == kind]

    def kill(self, slots: list[Slot], *, hold: bool = False) -> None:
        """SIGKILL; the watch starts them again, unless their places are to stay empty until `release`."""
        for slot in slots:
            slot.is_held = hold
            slot.process.kill()
            self._note(slot)

    def release(self, slots: list[Slot]) -> None:
        """Let the places be filled again."""
        for slot in slots:
            slot.is_held = False

    def arm(self, slot: Slot, point: str, count: int) -> None:
        """Have the slot's next process die when it comes to a named point for the n-th time."""
        slot.crash_at = f"{point}:{count}"
        self.kill([slot])

    def pause(self, slots: list[Slot]) -> None:
        """SIGSTOP."""
        for slot in slots:
            if slot.process.is_alive and not slot.is_paused:
                slot.process.pause()
                slot.is_paused = True

    def resume(self, slots: list[Slot]) -> None:
        """SIGCONT."""
        for slot in slots:
            if slot.is_paused:
                slot.is_paused = False
                slot.process.resume()

    def _fill(self, slot: Slot) -> None:
        slot.armed, slot.crash_at = slot.crash_at, ""
        slot.is_paused = slot.is_noted = False
        slot.process = self._launch(slot.kind, {crash_points.VARIABLE: slot.armed} if slot.armed else {})

    def _note(self, slot: Slot) -> None:
        """Count a death once."""
        if slot.is_noted:
            return
        slot.is_noted = True
        self.died_at.append(time.time())
        code = slot.process._process.poll()
        if code == -signal.SIGKILL or (slot.kind == "worker" and code == EXIT_CODE):
            self.deaths[slot.kind] += 1
        else:
            self.problems.append(f"a {slot.kind} ended by itself with code {code}:\n{slot.process.log_end()}")

    def _launch(self, kind: str, settings: dict[str, str]) -> ServiceProcess:
        match kind:
            case "compiler":
                return self.made.compiler(**settings)
            case "coordinator":
                return self.made.coordinator(**settings)
            case _:
                return self.made.worker(*WORKLOAD, **settings)
