"""`register`, `start`, `signal`, `query` and `update`: what is sent to the servers."""

from __future__ import annotations

from typing import Annotated

import typer

from warren_cli.commands.options import AsJson, Input, Key, Of, Run, RunId


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
    attribute: Annotated[
        list[str] | None,
        typer.Option(
            "--attribute",
            metavar="NAME=VALUE",
            help="What the run can be found by (repeatable). VALUE is JSON, a time (2026-11-28T10:00:00Z) or text.",
        ),
    ] = None,
    memo: Annotated[
        list[str] | None,
        typer.Option("--memo", metavar="NAME=VALUE", help="What is only shown (repeatable). VALUE is JSON or text."),
    ] = None,
    version: Annotated[
        str | None, typer.Option("--version", help="Hash of the program to run. Default: the latest.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the run's end and print its result.")] = False,
    as_json: AsJson = False,
) -> int:
    """Start a run on the servers and print its id.

    The types for NAME=VALUE are those of the registered program, which is looked up in the database.
    """
    from warren_cli.start_runs import start as work

    return work(
        workflow,
        input or [],
        key=key,
        run_id=run_id,
        version=version,
        attributes=attribute or [],
        memo=memo or [],
        wait=wait,
        as_json=as_json,
    )


def signal(
    run: Run,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The signal's name.")],
    payload: Annotated[
        str | None,
        typer.Argument(metavar="JSON", help="Its payload: JSON or text, whichever fits the signal's type, or @FILE."),
    ] = None,
    workflow: Of = None,
    signal_id: Annotated[
        str | None, typer.Option("--id", help="The signal's own id: the same id twice arrives once.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Send a signal to a run, and wait until the run has it."""
    from warren_cli.start_runs import signal as work

    return work(run, name, payload, workflow=workflow, signal_id=signal_id, as_json=as_json)


def query(
    run: Run,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The query's name.")],
    arguments: Input = None,
    workflow: Of = None,
) -> int:
    """Ask a run, open or ended, something, and print the answer as JSON."""
    from warren_cli.start_runs import query as work

    return work(run, name, arguments or [], workflow=workflow)


def update(
    run: Run,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The update's name.")],
    arguments: Input = None,
    workflow: Of = None,
    update_id: Annotated[
        str | None,
        typer.Option("--id", metavar="ID", help="Id: the same one twice is one update, with one answer."),
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", metavar="SECONDS", help="Time to wait for the answer.")] = 30.0,
) -> int:
    """Have a run do something, wait for its answer, and print it as JSON."""
    from warren_cli.start_runs import update as work

    return work(run, name, arguments or [], workflow=workflow, update_id=update_id, timeout=timeout)
