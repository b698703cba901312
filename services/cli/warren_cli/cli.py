"""The table of commands, and the options of `warren` itself. Each command lives in a module of `commands`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Annotated

import typer

from warren_cli.commands import compiling, looking, running, serving, starting
from warren_cli.failures import reported
from warren_cli.helping import Command, Group

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

_COMMANDS: dict[str, dict[str, Callable[..., int]]] = {
    _WRITING: {"run": running.run, "dev": running.dev, "check": compiling.check, "graph": compiling.graph},
    _SERVERS: {
        "migrate": serving.migrate,
        "topology": serving.topology,
        "compiler": serving.compiler,
        "coordinator": serving.coordinator,
        "worker": serving.worker,
    },
    _RUNS: {
        "register": starting.register,
        "start": starting.start,
        "runs": looking.runs,
        "show": looking.show,
        "history": looking.history,
        "doctor": looking.doctor,
        "cancel": starting.cancel,
    },
}


def _reflowed(command: Callable[..., int]) -> str:
    """The command's docstring with its line breaks left to the terminal's width; typer keeps those of the source."""
    return re.sub(r"(?<!\n)\n(?!\n)", " ", inspect.cleandoc(command.__doc__ or ""))


for _panel, _commands in _COMMANDS.items():
    for _name, _command in _commands.items():
        app.command(_name, cls=Command, help=_reflowed(_command), rich_help_panel=_panel)(reported(_command))
