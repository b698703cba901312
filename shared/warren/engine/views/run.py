"""A whole run as people look at it."""

from __future__ import annotations

from collections import deque
from typing import Any, Final

from warren.contracts.messages import RunStatus
from warren.contracts.run_views import FrameView, RunView, StrandView
from warren.engine.program.executable import Executable
from warren.engine.run.sizes import reached_from, roots_of
from warren.engine.run.state import RunState
from warren.engine.values.closures import UNBOUND, Cell
from warren.engine.values.futures import Frame, FutureState, Strand
from warren.engine.views.values import ValueViews
from warren.engine.views.waits import Waits, is_library, is_waiting, variables_of
from warren.ir.workflow import MAILBOX

STRANDS: Final = 100
"""So many strands are shown."""
_FRAMES: Final = 50
_OBJECTS: Final = 100_000
"""Strands are looked for among so many objects of a run, those of the engine itself first."""


def view_run(executable: Executable, run: RunState, *, before: RunState | None = None) -> RunView:
    """Where a run stands. It is not changed, and no code of the user's is called.

    `before` is a state of an ended run before its end: where its strands were then.
    """
    standing = run if before is None else before
    values, waits = ValueViews(), Waits(executable, standing)
    strands = _strands_of(standing)
    shown = [_strand(executable, standing, strand, values, waits) for strand in strands[:STRANDS]]
    return RunView(
        run_id=run.run_id,
        workflow=executable.workflow,
        version=executable.version,
        status=run.status,
        seq=run.seq,
        strands_seq=standing.seq,
        paused_at=run.paused_at,
        strands=shown,
        left_out=max(0, len(strands) - STRANDS),
        attributes=_attributes(executable, _self_of(run) or _self_of(standing), values),
    )


def _strands_of(run: RunState) -> list[Strand]:
    """The strands that have not ended, in the order in which they began."""
    if run.status is not RunStatus.RUNNING:
        return []
    found: list[Strand] = []
    seen: set[int] = set()
    waiting = deque(roots_of(run))
    while waiting and len(seen) < _OBJECTS:
        value = waiting.popleft()
        if value is None or isinstance(value, str | bytes | int | float) or id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Strand) and value.frames and _is_open(value):
            found.append(value)
        waiting.extend(reached_from(value))
    return sorted(found, key=lambda strand: strand.number)


def _is_open(strand: Strand) -> bool:
    return strand.future is None or strand.future.state is FutureState.PENDING


def _strand(executable: Executable, run: RunState, strand: Strand, values: ValueViews, waits: Waits) -> StrandView:
    users = [frame for frame in strand.frames if not is_library(frame.code.key)]
    frames = users[-_FRAMES:] or strand.frames[:1]
    limits = [timer.due_at for timer in run.timers.values() if timer.target and timer.target.strand is strand]
    return StrandView(
        number=strand.number,
        is_main=strand is run.main,
        frames=[_frame(executable, frame, values) for frame in frames],
        waits_for=waits.of(strand),
        since=strand.since if is_waiting(strand) else None,
        times_out_at=min(limits, default=None),
    )


def _frame(executable: Executable, frame: Frame, values: ValueViews) -> FrameView:
    code, source = frame.code, executable.program.functions.get(frame.code.key)
    if is_library(code.key) or source is None:
        return FrameView(function=code.qualname, file="")
    span = getattr(source, "nodes", ())[frame.node].span or source.span
    shown = {
        name: value
        for name, value in variables_of(frame).items()
        if not name.startswith("$") and name != "self" and not _is_unbound(value)
    }
    return FrameView(
        function=code.qualname,
        file=source.filename,
        line=None if span is None else span.line,
        variables={name: values.of(value) for name, value in shown.items()},
    )


def _is_unbound(value: Any) -> bool:
    return (value.value if isinstance(value, Cell) else value) is UNBOUND


def _self_of(run: RunState) -> Any:
    """`self` of `run()`, as far as the run still has it."""
    if run.instance is not None or run.main is None or not run.main.frames:
        return run.instance
    first = variables_of(run.main.frames[0]).get("self")
    return first.value if isinstance(first, Cell) else first


def _attributes(executable: Executable, instance: Any, values: ValueViews) -> dict[str, Any]:
    """The attributes of `self`; of a mailbox, what lies in it."""
    fields = vars(instance) if instance is not None and instance is not UNBOUND else {}
    mailboxes = {signal.name for signal in executable.requests.signals.values() if not signal.handler}
    mailbox = executable.types.get(MAILBOX) if mailboxes else ()
    return {
        name: values.of(value.queue._items if name in mailboxes and isinstance(value, mailbox) else value)
        for name, value in fields.items()
    }
