"""`complete`, `fail` and `heartbeat`: what is said about actions that another system completes."""

from __future__ import annotations

from typing import Annotated

import typer

from warren_cli.commands.options import AsJson

Token = Annotated[str, typer.Argument(metavar="TOKEN", help="The task token that the action handed over.")]


def complete(
    token: Token,
    result: Annotated[
        str | None, typer.Argument(metavar="JSON", help="Its result: JSON or text, or @FILE. Default: null.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Complete an action that waits for another system, and wait until its run has the result."""
    from warren_cli.complete_actions import complete as work

    return work(token, result, as_json=as_json)


def fail(
    token: Token,
    message: Annotated[str, typer.Argument(metavar="MESSAGE", help="What went wrong: the text of an ActionError.")],
    as_json: AsJson = False,
) -> int:
    """Fail an action that waits for another system. It is tried again if its policy says so."""
    from warren_cli.complete_actions import fail as work

    return work(token, message, as_json=as_json)


def heartbeat(
    token: Token,
    details: Annotated[str, typer.Argument(metavar="JSON", help="How far it is: JSON or text, or @FILE.")],
    as_json: AsJson = False,
) -> int:
    """Say how far an action is that waits for another system. Its next attempt gets that."""
    from warren_cli.complete_actions import heartbeat as work

    return work(token, details, as_json=as_json)
