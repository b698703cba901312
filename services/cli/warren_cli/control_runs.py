"""`cancel`, `terminate`, `pause` and `resume`: runs that end, stand still, go on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from warren.client import Warren
from warren.runtime.event_loop import run_async
from warren_cli.output import out, print_json
from warren_cli.servers import people_client


def cancel(run: str, *, workflow: str | None, reason: str | None, as_json: bool) -> int:
    """Ask for a run's end."""

    async def send() -> UUID:
        async with people_client() as client:
            stored = await client.describe(run, workflow=workflow)
            await client.cancel(stored.run_id, reason=reason)
            return stored.run_id

    run_id = run_async(send())
    if as_json:
        print_json({"run_id": str(run_id), "cancel_requested": True})
    else:
        out.print(f"requested the cancellation of run {run_id}", highlight=False)
    return 0


def terminate(run: str, *, workflow: str | None, reason: str | None, as_json: bool) -> int:
    """End a run."""
    return _control(lambda client: client.terminate(run, workflow=workflow, reason=reason), run, "terminated", as_json)


def pause(run: str, *, workflow: str | None, reason: str | None, as_json: bool) -> int:
    """Have a run stand still."""
    return _control(lambda client: client.pause(run, workflow=workflow, reason=reason), run, "paused", as_json)


def resume(run: str, *, workflow: str | None, reason: str | None, as_json: bool) -> int:
    """Have a paused run go on."""
    return _control(lambda client: client.resume(run, workflow=workflow, reason=reason), run, "resumed", as_json)


def _control(request: Callable[[Warren], Awaitable[None]], run: str, done: str, as_json: bool) -> int:
    async def send() -> None:
        async with people_client() as client:
            await request(client)

    run_async(send())
    if as_json:
        print_json({"run": run, done: True})
    else:
        out.print(f"run {run} is {done}", highlight=False, markup=False)
    return 0
