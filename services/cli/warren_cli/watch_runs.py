"""`show --state` and `show --follow`: what the servers say of a run while it goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from rich.markup import escape

from warren.client import Warren
from warren.client.histories import HistoryEntry
from warren.contracts.run_views import FrameView, RunView, StrandView, WaitView
from warren.errors import InvalidInput
from warren.runtime.event_loop import run_async
from warren_cli.failures import INTERRUPTED
from warren_cli.histories import command_text, event_text, history_data
from warren_cli.interrupts import interrupts, unless_interrupted
from warren_cli.output import (
    duration_text,
    out,
    print_goes_on,
    print_json,
    status_text,
    when,
    write,
)
from warren_cli.servers import people_client

_VALUE: Final = 160
"""Characters of a value on one line."""


def check_servers(data: Path | None, option: str) -> None:
    """Raise `InvalidInput` where an embedded database is named: nobody is there to be asked."""
    if data is not None:
        raise InvalidInput(f"{option} asks the services, and so does not go with --data")


def show_state(run: str, *, workflow: str | None, as_json: bool) -> int:
    """Show where a run stands."""

    async def ask() -> RunView:
        async with people_client() as client:
            return await client.state(run, workflow=workflow)

    view = run_async(ask())
    if as_json:
        print_json(view.model_dump(mode="json", exclude_none=True))
    else:
        print_state(view, now=datetime.now(UTC))
    return 0


def follow_run(run: str, *, workflow: str | None, as_json: bool) -> int:
    """Print a run's transitions, those so far and each new one, until the run ends or Ctrl-C."""

    async def watch() -> int:
        async with people_client() as client:
            stored = await client.describe(run, workflow=workflow)
            with interrupts(lambda: None) as interrupted:
                done = await unless_interrupted(interrupted, _print_all(client, stored.run_id, as_json=as_json))
            if done is None:
                print_goes_on(stored.run_id)
            return INTERRUPTED if done is None else 0

    return run_async(watch())


async def _print_all(client: Warren, run_id: UUID, *, as_json: bool) -> bool:
    first: HistoryEntry | None = None
    async with aclosing(client.history(run_id, follow=True)) as entries:
        async for entry in entries:
            first = first or entry
            if as_json:
                print_json(history_data([entry])[0])
            else:
                write(_line(entry, first) + "\n")
    return True


def _line(entry: HistoryEntry, first: HistoryEntry) -> str:
    after = (entry.at - first.at).total_seconds()
    commands = "; ".join(map(command_text, entry.commands))
    return f"{entry.seq:>5}  {after:>10.3f} s  {event_text(entry.event)}{f'  ->  {commands}' if commands else ''}"


def print_state(view: RunView, *, now: datetime) -> None:
    """Where a run stands, for people."""
    out.print(
        f"[bold]run[/] {view.run_id}  {escape(view.workflow)}  {status_text(view.status)}, transition {view.seq}",
        highlight=False,
    )
    if view.attributes:
        out.print("\n[bold]self[/]", highlight=False)
        _print_variables(view.attributes, indent=2)
    if view.paused_at is not None:
        out.print(f"paused since {when(view.paused_at)}", highlight=False)
    if view.strands and view.strands_seq != view.seq:
        out.print(f"\nbefore it ended (transition {view.strands_seq}):", highlight=False)
    for strand in view.strands:
        _print_strand(strand, now)
    if view.left_out:
        out.print(f"\n... and {view.left_out:,} more strands", highlight=False)
    if not view.strands and not view.attributes:
        out.print("nothing is left of it", highlight=False)


def _print_strand(strand: StrandView, now: datetime) -> None:
    name = "run()" if strand.is_main else "task"
    out.print(f"\n[bold]strand {strand.number}[/] ({name})", highlight=False)
    for frame in strand.frames:
        _print_text(_place(frame), indent=2)
        _print_variables(frame.variables, indent=6)
    since = ""
    if strand.since is not None:
        seconds = max(0.0, (now - strand.since).total_seconds())
        since = f", since {when(strand.since)} ({duration_text(seconds)})"
    _print_text(f"waits for {_wait(strand.waits_for)}{since}", indent=2)
    for line in _parts(strand.waits_for, indent=4):
        _print_text(line, indent=0)
    if strand.times_out_at is not None:
        _print_text(f"times out at {when(strand.times_out_at)}", indent=2)


def _place(frame: FrameView) -> str:
    if not frame.file:
        return frame.function
    return f"{frame.file}:{frame.line}, in {frame.function}" if frame.line else f"{frame.file}, in {frame.function}"


def _wait(wait: WaitView) -> str:
    due = f", due at {when(wait.due_at)}" if wait.due_at is not None else ""
    worker = f", which {wait.worker} runs" if wait.worker is not None else ""
    return f"{wait.text}{worker}{due}"


def _parts(wait: WaitView, *, indent: int) -> Iterator[str]:
    for part in wait.parts:
        yield f"{' ' * indent}{_wait(part)}"
        yield from _parts(part, indent=indent + 2)
    if wait.left_out and wait.parts:
        yield f"{' ' * indent}... and {wait.left_out:,} more"


def _print_variables(variables: dict[str, Any], *, indent: int) -> None:
    for name, value in variables.items():
        _print_text(f"{name} = {_value(value)}", indent=indent)


def _value(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _VALUE else f"{text[:_VALUE]}... (--json shows more)"


def _print_text(text: str, *, indent: int) -> None:
    out.print(" " * indent + text, markup=False, highlight=False, soft_wrap=True)
