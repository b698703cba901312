"""`runs`, `show` and `history`: what the database knows."""

from __future__ import annotations

from typing import Annotated

import typer

from warren_cli.commands.options import AsJson, Data

Run = Annotated[str, typer.Argument(metavar="RUN", help="The run's id, or its key together with --workflow.")]
Of = Annotated[str | None, typer.Option("--workflow", help="The workflow that the key belongs to.")]


def runs(
    workflow: Annotated[str | None, typer.Option("--workflow", help="Only runs of this workflow.")] = None,
    status: Annotated[str | None, typer.Option("--status", help="running, completed, failed or cancelled.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many.")] = 20,
    before: Annotated[str | None, typer.Option("--before", help="Go on after the run with this id.")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> int:
    """List runs, newest first by their creation."""
    from warren_cli.inspect_runs import runs as work

    return work(workflow=workflow, status=status, limit=limit, before=before, data=data, as_json=as_json)


def show(run: Run, workflow: Of = None, data: Data = None, as_json: AsJson = False) -> int:
    """Show one run."""
    from warren_cli.inspect_runs import show as work

    return work(run, workflow=workflow, data=data, as_json=as_json)


def history(run: Run, workflow: Of = None, data: Data = None, as_json: AsJson = False) -> int:
    """Show every transition of a run."""
    from warren_cli.inspect_runs import history as work

    return work(run, workflow=workflow, data=data, as_json=as_json)
