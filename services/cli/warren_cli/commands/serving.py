"""`migrate`, `topology`, and the services as processes."""

from __future__ import annotations

from typing import Annotated

import typer

from warren_cli.commands.options import AsJson, Data


def migrate(data: Data = None, as_json: AsJson = False) -> int:
    """Create or upgrade the tables. Safe to repeat and to run concurrently."""
    from warren_cli.administration import migrate as work

    return work(data=data, as_json=as_json)


def topology(
    queue: Annotated[
        list[str] | None, typer.Option("--queue", help="A further action queue to create (repeatable).")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Create missing exchanges and queues. Safe to repeat."""
    from warren_cli.administration import topology as work

    return work(queues=queue or [], as_json=as_json)


def compiler() -> int:
    """Run a compiler, which registers programs and starts runs."""
    from warren_compiler.__main__ import main

    return main()


def coordinator() -> int:
    """Run a coordinator, which advances runs and fires their timers."""
    from warren_coordinator.__main__ import main

    return main()


def worker(
    modules: Annotated[list[str], typer.Argument(metavar="MODULE", help="Modules with actions and workflows.")],
    queue: Annotated[
        list[str] | None,
        typer.Option(
            "--queue", help="An action queue to consume (repeatable). Default: the queues of the modules' actions."
        ),
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", min=1, help="Actions to run at once. [100]")
    ] = None,
    no_register: Annotated[bool, typer.Option("--no-register", help="Do not register the modules' workflows.")] = False,
) -> int:
    """Run a worker, which runs the actions of the modules and registers their workflows."""
    from warren_worker.__main__ import run_worker

    return run_worker(modules, queues=queue or [], concurrency=concurrency, register=not no_register)
