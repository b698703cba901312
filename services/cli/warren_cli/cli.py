"""The table of commands, and the options of `warren` itself.

Each command is declared in a module of `commands`; what it does is imported when it is called.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Annotated

import typer

from warren_cli.commands import (
    administration,
    compile_workflows,
    complete_actions,
    control_runs,
    inspect_runs,
    run_locally,
    services,
    start_runs,
)
from warren_cli.failures import reported
from warren_cli.quick_help import Command, Group

app = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Durable Python workflows on RabbitMQ and PostgreSQL.\n\n"
    "WARREN_BROKER_URL and WARREN_DATABASE_URL select the servers. Exit codes: 0 done, 1 the run failed (or a check "
    "found something), 2 wrong usage or refused input, 3 a server cannot be reached.",
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"warren {version('warren')}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Take the options of `warren` itself."""


_WRITING = "Write and try workflows"
_SERVERS = "Run the services"
_RUNS = "Start and watch runs"

_COMMANDS: dict[str, list[Callable[..., int]]] = {
    _WRITING: [run_locally.run, run_locally.dev, compile_workflows.check, compile_workflows.graph],
    _SERVERS: [
        administration.migrate,
        administration.topology,
        services.compiler,
        services.coordinator,
        services.worker,
    ],
    _RUNS: [
        start_runs.register,
        start_runs.start,
        inspect_runs.runs,
        inspect_runs.show,
        inspect_runs.history,
        administration.doctor,
        start_runs.signal,
        start_runs.query,
        start_runs.update,
        control_runs.cancel,
        control_runs.terminate,
        control_runs.pause,
        control_runs.resume,
        complete_actions.complete,
        complete_actions.fail,
        complete_actions.heartbeat,
    ],
}
"""The functions by the heading under which `--help` lists them; a command is named as its function."""


def _reflowed(command: Callable[..., int]) -> str:
    """The command's docstring with its line breaks left to the terminal's width; typer keeps those of the source."""
    return re.sub(r"(?<!\n)\n(?!\n)", " ", inspect.cleandoc(command.__doc__ or ""))


for _panel, _commands in _COMMANDS.items():
    for _command in _commands:
        app.command(_command.__name__, cls=Command, help=_reflowed(_command), rich_help_panel=_panel)(
            reported(_command)
        )
