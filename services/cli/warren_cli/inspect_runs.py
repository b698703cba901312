"""`runs`, `show` and `history`: what the database knows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from warren.client.histories import HistoryEntry, entries_of
from warren.client.run_lists import DescribedRun, describe_run, list_described
from warren.client.run_lookup import find_run, load_history
from warren.contracts.messages import RunStatus
from warren.errors import InvalidInput
from warren.ports import RunStore
from warren.runtime.event_loop import run_async
from warren_cli.histories import history_data, print_history
from warren_cli.inputs import parse_run_id
from warren_cli.output import print_json, print_run, print_runs, run_data
from warren_cli.servers import people_store
from warren_cli.watch_runs import check_servers, follow_run, show_state

T = TypeVar("T")


def runs(
    *,
    workflow: str | None,
    status: str | None,
    where: str | None,
    limit: int,
    before: str | None,
    data: Path | None,
    as_json: bool,
) -> int:
    """List runs."""
    wanted, last = _status(status), parse_run_id(before, option="--before")

    async def find(store: RunStore) -> list[DescribedRun]:
        return await list_described(store, where=where, workflow=workflow, status=wanted, limit=limit, before=last)

    found = _read(data, find)
    if as_json:
        print_json([run_data(run) for run in found])
    else:
        print_runs(found)
    return 0


def show(run: str, *, workflow: str | None, data: Path | None, as_json: bool, state: bool, follow: bool) -> int:
    """Show one run."""
    if state and follow:
        raise InvalidInput("--state and --follow: only one of them at a time")
    if state or follow:
        check_servers(data, "--state" if state else "--follow")
        return (show_state if state else follow_run)(run, workflow=workflow, as_json=as_json)
    found = _read(data, lambda store: describe_run(store, run, workflow))
    if as_json:
        print_json(run_data(found))
    else:
        print_run(found)
    return 0


def history(run: str, *, workflow: str | None, data: Path | None, as_json: bool) -> int:
    """Show a run's transitions."""

    async def load(store: RunStore) -> list[HistoryEntry]:
        stored = await find_run(store, run, workflow)
        return entries_of(await load_history(store, stored.run_id))

    entries = _read(data, load)
    if as_json:
        print_json(history_data(entries))
    else:
        print_history(entries)
    return 0


def _read(data: Path | None, question: Callable[[RunStore], Awaitable[T]]) -> T:
    async def read() -> T:
        async with people_store(data) as store:
            await store.connect()
            return await question(store)

    return run_async(read())


def _status(text: str | None) -> RunStatus | None:
    try:
        return None if text is None else RunStatus(text.lower())
    except ValueError:
        raise InvalidInput(f"--status {text}: one of {', '.join(RunStatus)}") from None
