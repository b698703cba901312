"""The transition under way: which run is advanced, at which moment, and the commands that come of it.

One per executable; `begin` points it at a run. Everything in `engine.run` works on it, and it knows none of them.
"""

from __future__ import annotations

import decimal
import sys
from datetime import datetime
from typing import Final

from warren.contracts.moments import moment_after
from warren.engine.commands import CancelActions, Command, Json, StartTimer, UpsertAttributes
from warren.engine.guarded.encodings import Encodings
from warren.engine.run.state import PendingTimer, RunState
from warren.engine.values.futures import Strand
from warren.engine.values.limits import MAX_COMMAND_BYTES, MAX_COMMANDS, Budget
from warren.errors import InternalError

_DECIMALS: Final = decimal.Context(
    prec=28,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-999_999,
    Emax=999_999,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
"""How decimal numbers are computed, whatever the process does: CPython's default."""
_MOST_DIGITS: Final = 4_300
"""Of an integer as a text, likewise."""


def _settle(decimals: decimal.Context, digits: int) -> None:
    decimal.setcontext(decimals)
    if sys.get_int_max_str_digits() != digits:
        sys.set_int_max_str_digits(digits)


class Transition:
    """Bookkeeping of one transition."""

    __slots__ = (
        *("_at", "_attributes", "_machine", "_run"),
        *("budget", "command_bytes", "commands", "current", "encodings", "semantics", "unwanted"),
    )

    def __init__(self, budget: Budget, semantics: int) -> None:
        self.budget = budget
        self.semantics = semantics
        """Of the run's program: a rule that has changed asks for it (docs/adr/0007)."""
        self.commands: list[Command] = []
        self.command_bytes = 0
        """Of the arguments in `commands`."""
        self.unwanted: list[tuple[int, int]] = []
        """Attempts of actions that were cancelled, and that workers do not know of yet."""
        self.encodings = Encodings()
        """Of the large arguments in `commands`."""
        self.current: Strand | None = None
        """The strand whose code is running."""
        self._attributes: UpsertAttributes | None = None
        """Among `commands`, where there is one."""
        self._run: RunState | None = None
        self._at: datetime | None = None
        self._machine: tuple[decimal.Context, int] | None = None
        """What the process has set for itself, while a transition is under way."""

    def begin(self, run: RunState, at: datetime) -> None:
        """Work for this run from now on."""
        self._run, self._at = run, at
        self.commands = []
        self.command_bytes = 0
        self._attributes = None
        self.unwanted = []
        self._machine = (decimal.getcontext(), sys.get_int_max_str_digits())
        _settle(_DECIMALS, _MOST_DIGITS)

    def end(self) -> None:
        """Forget the run."""
        self._run = self._at = self.current = None
        self.commands = []
        self.encodings.clear()
        if self._machine is not None:
            _settle(*self._machine)
            self._machine = None

    @property
    def run(self) -> RunState:
        """The run that is being advanced."""
        if self._run is None:
            raise InternalError("workflow code ran outside a transition")
        return self._run

    @property
    def now(self) -> datetime:
        """The moment of the transition."""
        if self._at is None:
            raise InternalError("no transition is under way")
        return self._at

    def stop_unwanted(self, *, whole_run: bool = False) -> None:
        """Have workers stop what was cancelled, or all that they may be doing for the run."""
        if whole_run and (self.run.pending or self.unwanted):
            self.commands.append(CancelActions())
        elif self.unwanted:
            self.commands.append(CancelActions(tuple(self.unwanted)))
        self.unwanted = []

    def close(self) -> list[Command]:
        """All commands, when nothing more goes on."""
        if self.unwanted:
            self.stop_unwanted()
        return self.commands

    @property
    def is_full(self) -> bool:
        """Whether this transition has given as many commands, or as large ones, as it may."""
        return len(self.commands) >= MAX_COMMANDS or self.command_bytes >= MAX_COMMAND_BYTES

    def next_number(self) -> int:
        """A number for an invocation or a timer."""
        run = self.run
        run.numbers += 1
        return run.numbers

    def add_timer(self, seconds: float, timer: PendingTimer) -> int:
        """Start a timer that is due in `seconds`, or at the last moment that there is; returns its number."""
        timer.due_at = due_at = moment_after(self.now, seconds)
        number = self.next_number()
        self.run.add_timer(number, timer)
        self.commands.append(StartTimer(number, due_at))
        return number

    def change_attributes(self, change: dict[str, Json]) -> None:
        """Have the commit of this transition change attributes; the later ones win."""
        if self._attributes is None:
            self._attributes = UpsertAttributes({})
            self.commands.append(self._attributes)
        self._attributes.attributes.update(change)
