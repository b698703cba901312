"""`run` and `dev`: workflows on this machine, with no server at all unless one is named."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from warren_cli.commands.options import AsJson, Input, Key, RunId
from warren_cli.failures import needs_no_server

DataDir = Annotated[Path | None, typer.Option("--data", help="Directory of the embedded database. [.warren]")]


@needs_no_server
def run(
    target: Annotated[str, typer.Argument(metavar="MODULE:Workflow", help="The class of the workflow in its module.")],
    input: Input = None,  # noqa: A002 - the option's name
    key: Key = None,
    run_id: RunId = None,
    data: DataDir = None,
    as_json: AsJson = False,
) -> int:
    """Run a workflow to its end and print its result as JSON.

    Needs no server: it uses an embedded PostgreSQL and runs the services in this process. Output of actions goes to
    standard error. With WARREN_BROKER_URL set to amqp://..., it starts the run on those servers instead; their workers
    must have the module.
    """
    from warren_cli.run_locally import run as work

    return work(target, input or [], key=key, run_id=run_id, data=data, as_json=as_json)


@needs_no_server
def dev(
    modules: Annotated[list[str], typer.Argument(metavar="MODULE", help="Modules with actions and workflows.")],
    data: DataDir = None,
    as_json: AsJson = False,
) -> int:
    """Run all services in this process, and start a run for each input line.

    A line is a workflow's name and its input: `order {"id": 7}`, or `order id=7`. Ctrl-C, or the end of the input,
    drains the services. With WARREN_BROKER_URL and WARREN_DATABASE_URL set, the services use those servers.
    """
    from warren_cli.dev_session import dev as work

    return work(modules, data=data, as_json=as_json)
