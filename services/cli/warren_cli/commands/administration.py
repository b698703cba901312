"""`migrate`, `topology` and `doctor`: the servers of an installation."""

from __future__ import annotations

from typing import Annotated

import typer

from warren_cli.commands.options import AsJson, Data


def migrate(data: Data = None, as_json: AsJson = False) -> int:
    """Create or upgrade the tables. Safe to repeat, and to run twice at once."""
    from warren_cli.administration import migrate as work

    return work(data=data, as_json=as_json)


def topology(
    queue: Annotated[list[str] | None, typer.Option("--queue", help="An action queue to declare as well.")] = None,
    as_json: AsJson = False,
) -> int:
    """Create the exchanges and queues that are missing. Safe to repeat."""
    from warren_cli.administration import topology as work

    return work(queues=queue or [], as_json=as_json)


def doctor(
    release: Annotated[
        list[str] | None,
        typer.Option("--release", metavar="ID", help="Drop this message of the quarantine for good (repeatable)."),
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> int:
    """Say what needs attention: messages that are tried again because the broker refuses them or their run cannot be
    loaded, dead letters, and queues that nothing consumes. Exit code 1 when there is something.
    """
    from warren_cli.administration import doctor as work

    return work(release=release or [], data=data, as_json=as_json)
