"""`warren dev`: everything kept running in this process; each line of standard input starts a run."""

from __future__ import annotations

import asyncio
import re
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from warren.client import ClientRunHandle
from warren.contracts.messages import RunStatus
from warren.contracts.plain import to_plain
from warren.errors import InvalidInput, WarrenError
from warren.ir.typed_text import TypedText
from warren.ir.typespec import spec_text
from warren.runtime.event_loop import run_async
from warren.runtime.process_end import EXIT_SECONDS, end_within
from warren.sdk.workflow import Workflow
from warren_cli.failures import DONE, report
from warren_cli.inputs import load_workflows, parse_input, split_input
from warren_cli.installation import Installation, installed
from warren_cli.interrupts import interrupts, unless_interrupted
from warren_cli.output import err, outcome_data, print_failure, print_json, print_resumed, standard_output
from warren_cli.run_locally import embedded_settings
from warren_cli.servers import own_servers


def dev(modules: Sequence[str], *, data: Path | None, as_json: bool) -> int:
    """Run the services until Ctrl-C or the end of the input; returns 0."""
    workflows = load_workflows(modules)
    results = standard_output()
    with redirect_stdout(sys.stderr):  # what actions print must not mix with the results
        run_async(
            _serve(workflows, data, results, as_json=as_json), before_close=lambda _: end_within(EXIT_SECONDS, DONE)
        )
    return 0


async def _serve(workflows: Sequence[type[Workflow]], data: Path | None, results: Console, *, as_json: bool) -> None:
    settings = embedded_settings()
    with interrupts(lambda: err.print("draining; Ctrl-C again stops at once")) as interrupted:
        async with (
            own_servers(settings, data, importing="warren_cli.installation") as servers,
            installed(servers, workflows, settings=settings) as here,
        ):
            _greet(workflows, here, servers.directory)
            prompt = _Prompt(here, workflows, results, as_json=as_json)
            await unless_interrupted(interrupted, prompt.work())


class _Prompt:
    """Reads lines, starts runs, prints their ends."""

    def __init__(
        self, installation: Installation, workflows: Sequence[type[Workflow]], results: Console, *, as_json: bool
    ) -> None:
        self._installation = installation
        self._workflows = workflows
        self._results = results
        self._as_json = as_json

    async def work(self) -> None:
        """Go on until the input ends and every run that was started here has ended."""
        async with asyncio.TaskGroup() as group:
            async for line in _lines():
                try:
                    handle = await self._start(line)
                except WarrenError as error:
                    report(error, as_json=self._as_json)
                    continue
                if not self._as_json:
                    started = f"[dim]started[/] {escape(handle.workflow)} {handle.id}"
                    self._results.print(started, highlight=False)
                group.create_task(self._announce(handle))

    async def _start(self, line: str) -> ClientRunHandle:
        name, _, rest = line.partition(" ")
        rest = rest.strip()
        cls = next((cls for cls in self._workflows if name in (cls.__name__, cls.short_name())), None)
        if cls is None:
            raise InvalidInput(
                f"there is no workflow {name!r}; write one of: {', '.join(map(_usage, self._workflows))}"
            )
        compiled = cls.workflow_ir()
        arguments = parse_input(split_input(rest), TypedText(compiled.parameters, compiled.types))
        return await self._installation.client.start_encoded(cls, arguments, accepted=True)

    async def _announce(self, handle: ClientRunHandle) -> None:
        outcome = await handle.outcome()
        if self._as_json:
            print_json(outcome_data(outcome), self._results)
        elif outcome.status is RunStatus.COMPLETED:
            seconds = (outcome.finished_at - outcome.started_at).total_seconds()
            what = f"{escape(outcome.workflow)} {outcome.run_id}"
            self._results.print(f"[green]completed[/] {what} in {seconds:.2f} s", highlight=False)
            print_json(to_plain(outcome.result), self._results)
        else:
            print_failure(outcome)


def _greet(workflows: Sequence[type[Workflow]], here: Installation, directory: Path | None) -> None:
    if directory is not None:
        err.print(f"[bold]warren dev[/]: everything runs in this process, runs are kept in {directory}")
    if here.resumed:
        print_resumed(len(here.resumed), directory)
    err.print("type a workflow and its input to start a run; Ctrl-C drains:")
    for cls in workflows:
        err.print(f"  {_usage(cls)}", markup=False, highlight=False)


def _usage(cls: type[Workflow]) -> str:
    types = {name: re.sub(r"[\w.]+:", "", spec_text(spec)) for name, spec in cls.workflow_ir().parameters.items()}
    return " ".join([cls.short_name(), *(f"{name}={text.upper()}" for name, text in types.items())])


async def _lines() -> AsyncIterator[str]:
    """Lines of standard input, read in a thread that nobody waits for: a read cannot be cancelled."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[str | None] = asyncio.Queue()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(queue.put_nowait, line.strip())
        loop.call_soon_threadsafe(queue.put_nowait, None)

    threading.Thread(target=read, name="warren input", daemon=True).start()
    while (line := await queue.get()) is not None:
        if line:
            yield line
