"""`register`, `start` and `cancel`: what is sent to the servers."""

from __future__ import annotations

from typing import Annotated

import typer

from warren_cli.commands.options import AsJson, Input, Key, RunId


def register(
    modules: Annotated[list[str], typer.Argument(metavar="MODULE")],
    as_json: AsJson = False,
) -> int:
    """Publish the programs of the modules' workflows."""
    from warren_cli.start_runs import register as work

    return work(modules, as_json=as_json)


def start(
    workflow: Annotated[
        str, typer.Argument(metavar="WORKFLOW", help="The name that the workflow is registered under.")
    ],
    input: Input = None,  # noqa: A002 - the option's name
    key: Key = None,
    run_id: RunId = None,
    version: Annotated[str | None, typer.Option("--version", help="A program hash, instead of the latest.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the end and print the result.")] = False,
    as_json: AsJson = False,
) -> int:
    """Start a run on the servers and print its id."""
    from warren_cli.start_runs import start as work

    return work(workflow, input or [], key=key, run_id=run_id, version=version, wait=wait, as_json=as_json)


def cancel(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The run's id, or its key together with --workflow.")],
    workflow: Annotated[str | None, typer.Option("--workflow", help="The workflow that the key belongs to.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why, for the history.")] = None,
    as_json: AsJson = False,
) -> int:
    """Ask for a run's end."""
    from warren_cli.start_runs import cancel as work

    return work(run, workflow=workflow, reason=reason, as_json=as_json)
