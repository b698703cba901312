"""Other runs as workflow code deals with them: children that it starts, and what it asks of any run, as commands.

What is made of these for users is workflow code itself (`warren.prelude.children`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from warren.contracts.identity import check_key
from warren.contracts.ids import derived_run_id
from warren.contracts.policies import is_retried, rule_of, seconds_of
from warren.engine.guarded.guards import Guards
from warren.engine.run.state import AskedRun, ChildTerms, PendingChild
from warren.engine.run.transition import Transition
from warren.engine.values.calls import ChildCall, PreparedChild, mark_started
from warren.engine.values.futures import Future
from warren.engine.values.limits import OBJECT_BYTES
from warren.ir.intrinsics import PRELUDE_PACKAGE


class OtherRuns:
    """Starts children and asks runs, within one transition."""

    __slots__ = ("_guards", "_transition")

    def __init__(self, transition: Transition, guards: Guards) -> None:
        self._transition = transition
        self._guards = guards

    def table(self) -> dict[str, Callable[..., Any]]:
        """The intrinsics provided here."""
        primitives: dict[str, Callable[..., Any]] = {
            "prepare_child": self.prepare,
            "begin_child": self.begin,
            "ask_run": self.ask,
            "signal_name": _signal_name,
            "retry_rule": lambda retry: tuple(rule_of(retry)),
            "is_retried": is_retried,
            "seconds_of": seconds_of,
            "checked_key": check_key,
        }
        return {f"{PRELUDE_PACKAGE}.run_primitives.{name}": made for name, made in primitives.items()}

    def start(self, call: ChildCall, future: Future) -> Future:
        """Start the child run of an awaited call, whose outcome is the future's."""
        self._begin(self.prepare(call), future)
        return future

    def prepare(self, call: ChildCall) -> PreparedChild:
        """What can be started: the arguments are those of now, whatever becomes of them."""
        mark_started(call)
        _, arguments, weight = self._guards.arguments([], call.arguments, call.workflow, self._transition.encodings)
        return PreparedChild(call.workflow, arguments, weight)

    def begin(
        self, prepared: PreparedChild, key: str | None, policy: Any, awaits_start: bool
    ) -> tuple[UUID, Future, Future | None]:
        """Start a child run on terms of its own: its id, the future of its outcome, and that of its start."""
        self._guards.budget.allocate(3 * OBJECT_BYTES)
        outcome, started = Future(), Future() if awaits_start else None
        terms = None if key is None and policy == "cancel" and started is None else ChildTerms(policy, key, started)
        return self._begin(prepared, outcome, terms), outcome, started

    def _begin(self, prepared: PreparedChild, future: Future, terms: ChildTerms | None = None) -> UUID:
        transition = self._transition
        transition.command_bytes += prepared.weight
        run, number = transition.run, transition.next_number()
        future.number = number
        run_id = derived_run_id(transition.now, str(run.run_id), str(number))
        run.children[number] = PendingChild(run_id, prepared.workflow, prepared.input, future)
        if terms is not None:
            run.terms[number] = terms
        transition.commands.append(run.start_child(number))
        return run_id

    def ask(self, run_id: Any, request: Any, name: str | None, value: Any) -> Future:
        """Ask another run something; the future of the answer."""
        if not isinstance(run_id, UUID):
            raise TypeError(f"the id of a run is a UUID, not {type(run_id).__name__}")
        if request == "cancel" and not isinstance(value, str | None):
            raise TypeError(f"the reason of a cancellation is a text, not {type(value).__name__}")
        self._guards.budget.allocate(OBJECT_BYTES)
        encoded = self._guards.payload(value, "the payload of a signal")
        run, number = self._transition.run, self._transition.next_number()
        future = Future(number=number)
        run.asked[number] = AskedRun(run_id, request, name, encoded, future)
        self._transition.commands.append(run.ask(number))
        return future


def _signal_name(signal: Any) -> str:
    """The name of a signal; the front end has put it for the attribute of a workflow's class."""
    if not isinstance(signal, str):
        raise TypeError(
            f"a signal is given by its attribute of the workflow's class or by its name, not by {type(signal).__name__}"
        )
    if not 1 <= len(signal) <= 200:
        raise ValueError(f"the name of a signal has 1 to 200 characters, not {len(signal):,}")
    return signal
