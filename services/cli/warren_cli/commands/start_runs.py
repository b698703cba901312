"""`register`, `start` and `cancel`: what is sent to the servers."""

from __future__ import annotations

from typing import Annotated

import typer

from warren_cli.commands.options import AsJson, Input, Key, RunId


def register(
    modules: Annotated[list[str], typer.Argument(metavar="MODULE", help="Modules with workflows.")],
    as_json: AsJson = False,
) -> int:
    """Register the modules' workflows, and wait until a compiler has answered."""
    from warren_cli.start_runs import register as work

    return work(modules, as_json=as_json)


def start(
    workflow: Annotated[
        str, typer.Argument(metavar="WORKFLOW", help="The name that the workflow is registered under.")
    ],
    input: Input = None,  # noqa: A002 - the option's name
    key: Key = None,
    run_id: RunId = None,
    version: Annotated[
        str | None, typer.Option("--version", help="Hash of the program to run. Default: the latest.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the run's end and print its result.")] = False,
    as_json: AsJson = False,
) -> int:
    """Start a run on the servers and print its id.

    The types for NAME=VALUE are those of the registered program, which is looked up in the database."""
    from warren_cli.start_runs import start as work

    return work(workflow, input or [], key=key, run_id=run_id, version=version, wait=wait, as_json=as_json)


def cancel(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The run's id, or its key together with --workflow.")],
    workflow: Annotated[str | None, typer.Option("--workflow", help="The workflow that the key belongs to.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Reason, kept in the history.")] = None,
    as_json: AsJson = False,
) -> int:
    """Request the cancellation of a run. It ends as soon as the workflow has cleaned up."""
    from warren_cli.start_runs import cancel as work

    return work(run, workflow=workflow, reason=reason, as_json=as_json)
