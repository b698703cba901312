"""A live line on the terminal about one run. Shows nothing when standard error is no terminal."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

from warren.contracts import messages
from warren.contracts.wire import load_event
from warren.engine import DispatchAction, load_commands
from warren.errors import WarrenError
from warren.ports import RunStore
from warren_cli.output import err

_EVERY_SECONDS: Final = 0.25
_PAGE: Final = 1_000


class RunCounts:
    """How far a run has come, read from its history as it grows."""

    def __init__(self, store: RunStore, run_id: UUID) -> None:
        self._store = store
        self._run_id = run_id
        self._seq = 0
        self._invocations: set[int] = set()
        self._answered: set[int] = set()

    @property
    def total(self) -> int:
        """Action invocations so far."""
        return len(self._invocations)

    @property
    def done(self) -> int:
        """Those that have been answered for good."""
        return len(self._answered)

    async def refresh(self) -> None:
        """Read what has been added."""
        while rows := await self._store.history(self._run_id, after_seq=self._seq, limit=_PAGE):
            for row in rows:
                self._seq = row.seq
                event = load_event(row.event)
                if isinstance(event, messages.ActionSucceeded | messages.ActionFailed | messages.ActionAnswered):
                    self._answered.add(event.invocation)
                for command in load_commands(row.commands):
                    if isinstance(command, DispatchAction):
                        self._invocations.add(command.invocation)
                        self._answered.discard(command.invocation)
            if len(rows) < _PAGE:
                return


@asynccontextmanager
async def shown(run_id: UUID, workflow: str, store: RunStore | None) -> AsyncIterator[None]:
    """Show a run's progress while the block runs."""
    if not err.is_terminal:
        yield
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("actions"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        line = progress.add_task(f"{workflow} {run_id}", total=None)

        async def poll(counts: RunCounts) -> None:
            while True:
                with contextlib.suppress(WarrenError):
                    await counts.refresh()
                    progress.update(line, completed=counts.done, total=counts.total or None)
                await asyncio.sleep(_EVERY_SECONDS)

        polling = None if store is None else asyncio.create_task(poll(RunCounts(store, run_id)))
        try:
            yield
        finally:
            if polling is not None:
                polling.cancel()
                await asyncio.wait({polling})
