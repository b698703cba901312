"""`runs`, `show` and `history`: what the database knows."""

from __future__ import annotations

from typing import Annotated

import typer

from warren_cli.commands.options import AsJson, Data, Of, Run


def runs(
    workflow: Annotated[str | None, typer.Option("--workflow", help="Only runs of this workflow.")] = None,
    status: Annotated[
        str | None,
        typer.Option("--status", help="Only runs with this status: running, completed, failed or cancelled."),
    ] = None,
    where: Annotated[
        str | None,
        typer.Option("--where", metavar="CONDITION", help="""Only runs like this: 'customer = "x" and amount > 3'."""),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Maximum number of runs.")] = 20,
    before: Annotated[
        str | None, typer.Option("--before", help="Continue the list after the run with this id.")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> int:
    """List runs, newest first."""
    from warren_cli.inspect_runs import runs as work

    return work(workflow=workflow, status=status, where=where, limit=limit, before=before, data=data, as_json=as_json)


def show(
    run: Run,
    workflow: Of = None,
    state: Annotated[
        bool,
        typer.Option("--state", help="Show where it stands: source lines, local variables, what it waits for."),
    ] = False,
    follow: Annotated[
        bool, typer.Option("--follow", help="Print its history, and each new transition until it ends (or Ctrl-C).")
    ] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> int:
    """Show one run: status, times, attributes, memo, input, result, error; where it stands; or what happens to it."""
    from warren_cli.inspect_runs import show as work

    return work(run, workflow=workflow, data=data, as_json=as_json, state=state, follow=follow)


def history(run: Run, workflow: Of = None, data: Data = None, as_json: AsJson = False) -> int:
    """Show the history of a run: its events and the commands that followed."""
    from warren_cli.inspect_runs import history as work

    return work(run, workflow=workflow, data=data, as_json=as_json)
