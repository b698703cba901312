"""What a strand waits for, in words and data."""

from __future__ import annotations

from typing import Any, Final

from warren.contracts.run_views import WaitView
from warren.engine.program.asyncio_code import EXIT_GROUP, WAIT_FOR
from warren.engine.program.executable import Executable
from warren.engine.run.state import PendingAction, RunState
from warren.engine.values.futures import Frame, Future, FutureState, Gather, Strand
from warren.ir.workflow import MAILBOX

_PARTS: Final = 20
_DEPTH: Final = 5
_AROUND: Final = frozenset({WAIT_FOR, "warren.prelude.locks:stand_in"})
"""What is in between, and not what people have called."""


class Waits:
    """The waits of one run."""

    def __init__(self, executable: Executable, run: RunState) -> None:
        self._run = run
        self._conditions = {id(future) for future, _ in run.watchers}
        self._mailboxes = {
            id(vars(run.instance).get(signal.name)): signal.name
            for signal in (executable.requests.signals.values() if run.instance is not None else ())
            if not signal.handler
        }

    def of(self, strand: Strand) -> WaitView:
        """What this strand waits for."""
        if not is_waiting(strand):
            return WaitView(kind="turn", text="its turn")
        assert strand.waits_for is not None
        known = self._known(strand.waits_for, 0)
        if known is not None:
            return known
        return self._in_line(strand.frames) or WaitView(kind="asyncio", text="a future", name="Future")

    def _known(self, future: Future, depth: int) -> WaitView | None:
        """What completes a future, where it says so itself."""
        number, run = future.number, self._run
        action, child, timer = run.pending.get(number), run.children.get(number), run.timers.get(number)
        if action is not None and action.future is future:
            return self._action(number, action)
        if child is not None and child.future is future:
            text = f"the run {child.run_id} of {child.workflow} (#{number})"
            return WaitView(kind="child", text=text, name=child.workflow, invocation=number, run_id=child.run_id)
        started = next((one for one, terms in run.terms.items() if terms.started is future), None)
        if started is not None:
            child = run.children[started]
            text = f"the start of the run {child.run_id} of {child.workflow} (#{started})"
            return WaitView(kind="child", text=text, name=child.workflow, invocation=started, run_id=child.run_id)
        if (asked := run.asked.get(number)) is not None and asked.future is future:
            text = f"the answer of the run {asked.run_id} to a {asked.request} (#{number})"
            return WaitView(kind="request", text=text, name=asked.name, invocation=number, run_id=asked.run_id)
        if timer is not None and timer.future is future:
            return WaitView(kind="timer", text="a timer", due_at=timer.due_at)
        if id(future) in self._conditions:
            return WaitView(kind="condition", text="the condition of wait_until")
        if isinstance(future, Gather):
            return self._gather(future, depth)
        if future.strand is not None:
            return WaitView(kind="task", text=f"the task of strand {future.strand.number}", strand=future.strand.number)
        return None

    def _action(self, number: int, action: PendingAction) -> WaitView:
        name, timer = action.call.action.rpartition(":")[2], self._run.timers.get(action.backoff)
        lease = self._run.leases.held.get(number)
        text = f"the action {name} (#{number}, attempt {action.attempt})"
        if number in self._run.leases.elsewhere:
            text += ", which is completed elsewhere"
        return WaitView(
            kind="action",
            text=f"the next attempt of {text[4:]}" if timer is not None else text,
            name=name,
            invocation=number,
            attempt=action.attempt,
            worker=None if lease is None else lease.worker,
            due_at=None if timer is None else timer.due_at,
        )

    def _gather(self, gather: Gather, depth: int) -> WaitView:
        total, left = len(gather.results), gather.remaining
        parts: list[WaitView] = []
        if depth < _DEPTH:
            for child in gather.children:
                if len(parts) == _PARTS:
                    break
                if isinstance(child, Future):
                    parts.append(self._known(child, depth + 1) or WaitView(kind="asyncio", text="a future"))
                elif child is not None:
                    parts.append(WaitView(kind="turn", text="what has not started yet"))
        text = f"{left:,} of the {total:,} parts of a gather"
        return WaitView(kind="gather", text=text, parts=parts, left_out=max(0, left - len(parts)))

    def _in_line(self, frames: list[Frame]) -> WaitView | None:
        """What the library's own code waits for, by what the workflow called of it."""
        for frame in frames:
            name = self._mailboxes.get(id(variables_of(frame).get("self")))
            if name is not None:
                return WaitView(kind="signal", text=f"the signal {name}", name=name)
        library = [frame.code for frame in frames if is_library(frame.code.key)]
        if any(code.key == EXIT_GROUP for code in library):
            return WaitView(kind="asyncio", text="the tasks of a TaskGroup", name="TaskGroup")
        called = next((code for code in library if not code.name.startswith("_") and code.key not in _AROUND), None)
        if called is None:
            return None
        return WaitView(kind="asyncio", text=f"asyncio's {called.qualname}", name=called.qualname)


def is_waiting(strand: Strand) -> bool:
    """Whether it waits for something that has not come yet; else it goes on at its next turn."""
    return strand.waits_for is not None and strand.waits_for.state is FutureState.PENDING


def variables_of(frame: Frame) -> dict[str, Any]:
    """A frame's variables by name, temporaries and those without a value among them."""
    return {name: frame.variables[slot] for name, slot in frame.code.slots.items()}


def is_library(key: str) -> bool:
    """Whether a function is not the user's: asyncio's, or what Warren brings along."""
    return key.startswith(("warren.prelude.", "asyncio:", f"{MAILBOX}.", "warren.sdk."))
