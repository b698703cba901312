"""`migrate`, `topology` and `doctor`: the servers of an installation."""

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


def doctor(
    release: Annotated[
        list[str] | None,
        typer.Option("--release", metavar="ID", help="Drop this message from the quarantine for good (repeatable)."),
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> int:
    """List what needs attention: quarantined messages, dead letters, and queues without consumers.

    Quarantined messages are retried: the broker refuses them, or their run cannot be loaded. Exits with 1 if there is
    anything to list.
    """
    from warren_cli.administration import doctor as work

    return work(release=release or [], data=data, as_json=as_json)
