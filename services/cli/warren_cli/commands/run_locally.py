"""`run` and `dev`: workflows on this machine, with no server at all unless one is named."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from warren_cli.commands.options import AsJson, Input, Key, RunId
from warren_cli.failures import needs_no_server

DataDir = Annotated[Path | None, typer.Option("--data", help="Where the runs are kept. [.warren]")]


@needs_no_server
def run(
    target: Annotated[str, typer.Argument(metavar="MODULE:Workflow")],
    input: Input = None,  # noqa: A002 - the option's name
    key: Key = None,
    run_id: RunId = None,
    data: DataDir = None,
    as_json: AsJson = False,
) -> int:
    """Run a workflow to its end and print its result as JSON.

    Needs no server: a PostgreSQL of its own and the services run inside this process; what actions print goes to
    standard error. With WARREN_BROKER_URL set to amqp://..., the run is started on the servers instead, whose workers
    must have the module.
    """
    from warren_cli.run_locally import run as work

    return work(target, input or [], key=key, run_id=run_id, data=data, as_json=as_json)


@needs_no_server
def dev(
    modules: Annotated[list[str], typer.Argument(metavar="MODULE")],
    data: DataDir = None,
    as_json: AsJson = False,
) -> int:
    """Keep everything running in this process, and start a run for each line that is typed.

    A line is WORKFLOW followed by its input: `order {"id": 7}`, or `order id=7`. Ctrl-C (or the end of the input)
    drains. With WARREN_BROKER_URL and WARREN_DATABASE_URL set, the services work on those servers.
    """
    from warren_cli.dev_session import dev as work

    return work(modules, data=data, as_json=as_json)
