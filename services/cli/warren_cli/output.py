"""What commands print: JSON for machines and pipes on standard output, tables and text for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.json import JSON
from rich.markup import escape
from rich.table import Table

from warren.client.outcomes import remote_traceback
from warren.client.run_lists import DescribedRun
from warren.contracts import messages
from warren.contracts.attributes import AttributeValue
from warren.contracts.messages import RunStatus
from warren.contracts.moments import LAST_MOMENT
from warren.contracts.plain import exception_message, exception_name, to_plain
from warren.ports import QuarantinedMessage, StoredRun

_COLORS = {
    RunStatus.RUNNING: "cyan",
    RunStatus.COMPLETED: "green",
    RunStatus.FAILED: "red",
    RunStatus.CANCELLED: "yellow",
    RunStatus.CONTINUED: "cyan",
}

_PIPED_WIDTH = 160
_NARROWEST_RUNS = 80
"""A terminal with fewer columns breaks the lines of `warren runs` itself: better than to lose the workflows' names."""
_KEY_WIDTH = 16

out = Console(width=None if sys.stdout.isatty() else _PIPED_WIDTH)
err = Console(stderr=True, width=None if sys.stderr.isatty() else _PIPED_WIDTH)


def write(text: str) -> None:
    """Text on standard output as it is."""
    sys.stdout.write(text)
    sys.stdout.flush()


def standard_output() -> Console:
    """What prints to the standard output of this moment also while it is redirected, as what actions print is."""
    return Console(file=sys.stdout, width=out.width)


def print_json(data: Any, console: Console = out) -> None:
    """One JSON document on standard output, indented and coloured on a terminal only."""
    text = json.dumps(data, ensure_ascii=False, default=str)
    if console.is_terminal:
        console.print(JSON(text, indent=2))
    else:
        console.file.write(text + "\n")
        console.file.flush()


def run_data(run: DescribedRun) -> dict[str, Any]:
    """A run as plain JSON."""
    return {
        "run_id": str(run.run_id),
        "workflow": run.workflow,
        "version": run.version,
        "status": run.status.value,
        "key": run.key,
        "attributes": {name: _shown_attribute(value) for name, value in run.attributes.items()},
        "memo": run.memo,
        "continued_from": None if run.continued_from is None else str(run.continued_from),
        "continued_as": None if run.continued_as is None else str(run.continued_as),
        "input": to_plain(json.loads(run.input)),
        "result": None if run.result is None else to_plain(json.loads(run.result)),
        "error": None if run.error is None else error_data(json.loads(run.error)),
        "started_at": run.created_at.isoformat(),
        "finished_at": None if run.finished_at is None else run.finished_at.isoformat(),
        "wake_at": None if run.wake_at is None else run.wake_at.isoformat(),
        "paused_at": None if run.paused_at is None else run.paused_at.isoformat(),
    }


def _shown_attribute(value: AttributeValue) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def outcome_data(finished: messages.RunFinished) -> dict[str, Any]:
    """A run's end as plain JSON."""
    return {
        "run_id": str(finished.run_id),
        "workflow": finished.workflow,
        "version": finished.version,
        "status": finished.status.value,
        "key": finished.key,
        "result": to_plain(finished.result),
        "error": None if finished.error is None else error_data(finished.error),
        "started_at": finished.started_at.isoformat(),
        "finished_at": finished.finished_at.isoformat(),
    }


def error_data(error: Any) -> dict[str, Any]:
    """An encoded exception as plain JSON."""
    if not isinstance(error, dict):
        return {"type": "Exception", "message": str(error), "traceback": ""}
    return {
        "type": exception_name(error),
        "message": exception_message(error),
        "traceback": remote_traceback(error),
    }


def print_outcome(finished: messages.RunFinished, *, as_json: bool) -> int:
    """The end of a run: its result on standard output, or why there is none; returns the exit code."""
    if as_json:
        print_json(outcome_data(finished))
    elif finished.status is RunStatus.COMPLETED:
        print_json(to_plain(finished.result))
    else:
        print_failure(finished)
    return 0 if finished.status is RunStatus.COMPLETED else 1


def print_failure(finished: messages.RunFinished) -> None:
    """Why a run has no result, with the traceback of the user's code."""
    if finished.status is RunStatus.CANCELLED:
        err.print(f"[yellow]run {finished.run_id} was cancelled[/]", highlight=False)
        return
    error = error_data(finished.error)
    if error["traceback"]:
        err.print(error["traceback"].rstrip(), style="dim", markup=False, highlight=False, soft_wrap=True)
    err.print(f"[red]run {finished.run_id} of {escape(finished.workflow)} failed:[/]", highlight=False, soft_wrap=True)
    err.print(f"{error['type']}: {error['message']}", markup=False, highlight=False, soft_wrap=True)


def print_goes_on(run_id: UUID) -> None:
    """That a run on servers does not need this process, and how to see it."""
    err.print(f"run {run_id} continues; see it with: warren show {run_id}", highlight=False, soft_wrap=True)


def print_resumed(count: int, directory: Path | None) -> None:
    """That other runs go on in this process, too."""
    where = "this database" if directory is None else directory
    which = "one unfinished run" if count == 1 else f"{count} unfinished runs"
    err.print(f"also going on with {which} in {where}", markup=False, highlight=False, soft_wrap=True)


def print_runs(runs: Sequence[StoredRun]) -> None:
    """A table of runs."""
    if not runs:
        out.print("no runs")
        return
    table = Table(box=None, header_style="bold")
    table.add_column("run", no_wrap=True, min_width=36)
    table.add_column("workflow", overflow="fold")
    for name in ("status", "started", "took"):
        table.add_column(name, no_wrap=True)
    has_keys = any(run.key for run in runs)
    if has_keys:
        table.add_column("key", overflow="fold")
    for run in runs:
        table.add_row(
            str(run.run_id),
            escape(run.workflow),
            status_text(run.status) if run.paused_at is None else "[magenta]paused[/]",
            _ago(run.created_at),
            took(run),
            *([escape(run.key or "")] if has_keys else []),
        )
    narrowest = _NARROWEST_RUNS + (_KEY_WIDTH if has_keys else 0)
    wide_enough = out if out.width >= narrowest else Console(width=narrowest, file=out.file)
    wide_enough.print(table)


def quarantine_data(kept: QuarantinedMessage) -> dict[str, Any]:
    """A message of the quarantine for `--json`, without its body."""
    return {
        "id": str(kept.id),
        "run_id": None if kept.run_id is None else str(kept.run_id),
        "exchange": kept.exchange,
        "routing_key": kept.routing_key,
        "bytes": len(kept.body),
        "reason": kept.reason,
        "since": kept.since.isoformat(),
        "tries": kept.tries,
        "next_try_at": kept.next_try_at.isoformat(),
    }


def print_quarantine(messages: Sequence[QuarantinedMessage]) -> None:
    """What is in the quarantine, each with its reason in full."""
    out.print(f"{len(messages)} messages in the quarantine:")
    for kept in messages:
        about = f", run {kept.run_id}" if kept.run_id is not None else ""
        out.print(
            f"  {kept.id}  to {kept.exchange or '(default)'} / {kept.routing_key}{about}, {len(kept.body):,} bytes, "
            f"tried {kept.tries} times since {_ago(kept.since)}, again at {kept.next_try_at:%Y-%m-%d %H:%M:%S} UTC",
            highlight=False,
            soft_wrap=True,
        )
        out.print(f"    {escape(kept.reason)}", highlight=False, soft_wrap=True)


def print_run(run: DescribedRun) -> None:
    """Everything about one run."""
    data = run_data(run)
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold")
    table.add_row("run", str(run.run_id))
    table.add_row("workflow", escape(run.workflow))
    table.add_row("version", run.version[:12])
    table.add_row("status", status_text(run.status))
    if run.key:
        table.add_row("key", escape(run.key))
    for name in ("attributes", "memo"):
        if data[name]:
            table.add_row(name, JSON(json.dumps(data[name], ensure_ascii=False), indent=2))
    if run.continued_from:
        table.add_row("continues", str(run.continued_from))
    if run.continued_as:
        table.add_row("continued as", str(run.continued_as))
    table.add_row("started", when(run.created_at))
    if run.finished_at:
        table.add_row("ended", f"{when(run.finished_at)} (took {took(run)})")
    elif run.wake_at:
        table.add_row("timer", f"{when(run.wake_at)}")
    if run.paused_at:
        table.add_row("paused", f"since {when(run.paused_at)}")
    table.add_row("input", JSON(json.dumps(data["input"], ensure_ascii=False), indent=2))
    if run.status is RunStatus.COMPLETED:
        table.add_row("result", JSON(json.dumps(data["result"], ensure_ascii=False), indent=2))
    elif data["error"]:
        table.add_row("error", escape(f"{data['error']['type']}: {data['error']['message']}"))
    out.print(table)
    if data["error"] and data["error"]["traceback"]:
        out.print(data["error"]["traceback"].rstrip(), style="dim", markup=False, highlight=False)


def status_text(status: RunStatus) -> str:
    """A status in its colour."""
    return f"[{_COLORS[status]}]{status.value}[/]"


def took(run: StoredRun) -> str:
    """How long a run took, or has been running."""
    seconds = ((run.finished_at or datetime.now(UTC)) - run.created_at).total_seconds()
    return duration_text(seconds)


def duration_text(seconds: float) -> str:
    """Seconds for people."""
    if seconds < 60:
        return f"{seconds:.2f} s"
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def when(at: datetime) -> str:
    """A moment for people, in their time zone."""
    return "never" if at >= LAST_MOMENT else at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _ago(at: datetime) -> str:
    seconds = (datetime.now(UTC) - at).total_seconds()
    for unit, size in (("s", 60), ("min", 60), ("h", 24)):
        if seconds < size:
            return f"{int(seconds)} {unit} ago"
        seconds /= size
    return at.astimezone().strftime("%Y-%m-%d")
