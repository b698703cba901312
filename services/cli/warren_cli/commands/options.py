"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Input = Annotated[
    list[str] | None,
    typer.Option(
        "--input",
        "-i",
        metavar="JSON",
        help="Arguments: a JSON object, @FILE, -, or NAME=VALUE (repeatable). VALUE is JSON, or text where only text "
        'fits the parameter\'s type: name=3 is "3" for a str, 3 for an int.',
    ),
]
Key = Annotated[str | None, typer.Option("--key", help="A name for the run, unique per workflow.")]
RunId = Annotated[
    str | None, typer.Option("--run-id", help="Id of the run, a UUID. If a run has it already, no second run starts.")
]
Data = Annotated[
    Path | None, typer.Option("--data", help="Use the database of `warren run` in this directory, instead of a server.")
]
Run = Annotated[str, typer.Argument(metavar="RUN", help="The run's id, or its key together with --workflow.")]
Of = Annotated[str | None, typer.Option("--workflow", help="The workflow that the key belongs to.")]
