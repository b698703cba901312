"""`compiler`, `coordinator` and `worker`: the services as processes."""

from __future__ import annotations

from typing import Annotated

import typer


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
