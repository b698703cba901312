"""`warren run`: one run to its end, in this process or on the servers.

Somebody waits for the first line. So what takes long to import (the services, the client, rich) is not imported here
but where it is used, and that is when a database is starting anyway (`own_servers`).
"""

from __future__ import annotations

import asyncio
import shlex
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from warren.ir.typed_text import TypedText
from warren.runtime.event_loop import run_async
from warren.runtime.logs import configure_logs
from warren.runtime.process_end import EXIT_SECONDS, end_within
from warren.runtime.settings import load_settings
from warren.sdk.workflow import Workflow, workflow_registry
from warren_cli.failures import INTERRUPTED
from warren_cli.inputs import load_workflow, parse_input, parse_run_id
from warren_cli.interrupts import interrupts, unless_interrupted
from warren_cli.servers import Servers, own_servers, people_client, uses_servers
from warren_worker.settings import WorkerSettings

if TYPE_CHECKING:
    from warren.client import ClientRunHandle
    from warren.contracts import messages
    from warren.ports import RunStore


def run(
    target: str, parts: Sequence[str], *, key: str | None, run_id: str | None, data: Path | None, as_json: bool
) -> int:
    """Run a workflow to its end and print its result."""
    wanted = parse_run_id(run_id)
    workflow = load_workflow(target)
    compiled = workflow.workflow_ir()
    arguments = parse_input(parts, TypedText(compiled.parameters, compiled.types))
    one = _OneRun(_Command(target, parts, data), workflow, arguments, key, wanted)
    outcome = run_async(one.on_servers() if uses_servers() else one.here(data), before_close=_limit_end)
    if outcome is None:
        return INTERRUPTED
    from warren_cli.output import print_outcome

    return print_outcome(outcome, as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Command:
    """What was typed, to say what to type next."""

    target: str
    parts: Sequence[str]
    data: Path | None

    def again(self, run_id: UUID) -> str:
        """The command that waits for the run."""
        words = ["warren", "run", self.target, "--run-id", str(run_id)]
        for part in self.parts:
            words += ["--input", part]
        if self.data is not None:
            words += ["--data", str(self.data)]
        return shlex.join(words)


class _OneRun:
    """What to run."""

    def __init__(
        self,
        command: _Command,
        workflow: type[Workflow],
        arguments: dict[str, Any],
        key: str | None,
        run_id: UUID | None,
    ) -> None:
        self._command = command
        self._workflow = workflow
        self._arguments = arguments
        self._key = key
        self._run_id = run_id

    async def here(self, data: Path | None) -> messages.RunFinished | None:
        """Run it with everything in this process; None when interrupted."""
        settings = embedded_settings()
        with interrupts(_say_draining) as interrupted:
            async with own_servers(settings, data, importing="warren_cli.installation") as servers:
                return await self._on(servers, settings, interrupted)

    async def _on(
        self, servers: Servers, settings: WorkerSettings, interrupted: asyncio.Event
    ) -> messages.RunFinished | None:
        from warren_cli.installation import installed
        from warren_cli.output import err, print_resumed

        with redirect_stdout(sys.stderr):  # what actions print must not mix with the result
            async with installed(servers, workflow_registry.entries(), settings=settings) as installation:
                others = [run for run in installation.resumed if run.run_id != self._run_id]
                if others:
                    print_resumed(len(others), servers.directory)
                client = installation.client
                handle = await client.start_encoded(
                    self._workflow, self._arguments, key=self._key, run_id=self._run_id, accepted=True
                )
                outcome = await self._wait(handle, installation.store, interrupted)
                if outcome is None:
                    err.print(
                        f"run {handle.id} is not finished. It continues with the next `warren run` or `warren dev` on "
                        f"{servers.directory or 'this database'}; to wait for it:\n  {self._command.again(handle.id)}",
                        highlight=False,
                        soft_wrap=True,
                    )
                return outcome

    async def on_servers(self) -> messages.RunFinished | None:
        """Start it on the servers and wait; None when interrupted."""
        from warren_cli.output import print_goes_on

        with interrupts(lambda: None) as interrupted:
            async with people_client() as client:
                await client.register(*workflow_registry.entries())  # also those that it starts as child runs
                handle = await client.start_encoded(
                    self._workflow, self._arguments, key=self._key, run_id=self._run_id, accepted=True
                )
                outcome = await self._wait(handle, None, interrupted)
                if outcome is None:
                    print_goes_on(handle.id)
                return outcome

    async def _wait(
        self, handle: ClientRunHandle, store: RunStore | None, interrupted: asyncio.Event
    ) -> messages.RunFinished | None:
        from warren_cli.progress import shown

        async with shown(handle.id, handle.workflow, store):
            return await unless_interrupted(interrupted, handle.outcome())


def embedded_settings() -> WorkerSettings:
    """Settings for services in this process; logs are quiet unless asked for."""
    settings = load_settings(WorkerSettings, broker_url=None if uses_servers() else "memory:")
    level = settings.log_level if "log_level" in settings.model_fields_set else "error"
    configure_logs(service="warren", level=level, style=settings.log_format)
    return settings


def _limit_end(outcome: messages.RunFinished | None) -> None:
    """An interrupted command ends, whatever threads of actions still run."""
    if outcome is None:
        end_within(EXIT_SECONDS, INTERRUPTED)


def _say_draining() -> None:
    from warren_cli.output import err

    err.print("draining; Ctrl-C again stops at once")
