"""`cancel`, `terminate`, `pause` and `resume`: runs that end, stand still, go on."""

from __future__ import annotations

from typing import Annotated

import typer

from warren_cli.commands.options import AsJson, Of, Run

Reason = Annotated[str | None, typer.Option("--reason", help="Reason, kept in the history.")]


def cancel(
    run: Run,
    workflow: Of = None,
    reason: Reason = None,
    as_json: AsJson = False,
) -> int:
    """Request the cancellation of a run. It ends as soon as the workflow has cleaned up."""
    from warren_cli.control_runs import cancel as work

    return work(run, workflow=workflow, reason=reason, as_json=as_json)


def terminate(
    run: Run,
    workflow: Of = None,
    reason: Reason = None,
    as_json: AsJson = False,
) -> int:
    """End a run at once, and wait until it has ended. Nothing of its workflow runs any more, no clean-up either."""
    from warren_cli.control_runs import terminate as work

    return work(run, workflow=workflow, reason=reason, as_json=as_json)


def pause(
    run: Run,
    workflow: Of = None,
    reason: Reason = None,
    as_json: AsJson = False,
) -> int:
    """Have a run stand still, and wait until it does.

    It dispatches nothing and its timers wait, until it is resumed.
    """
    from warren_cli.control_runs import pause as work

    return work(run, workflow=workflow, reason=reason, as_json=as_json)


def resume(
    run: Run,
    workflow: Of = None,
    reason: Reason = None,
    as_json: AsJson = False,
) -> int:
    """Have a paused run go on."""
    from warren_cli.control_runs import resume as work

    return work(run, workflow=workflow, reason=reason, as_json=as_json)
