"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Input = Annotated[
    list[str] | None,
    typer.Option(
        "--input", "-i", metavar="JSON", help="Arguments: a JSON object, @FILE, -, or NAME=VALUE (repeatable)."
    ),
]
Key = Annotated[str | None, typer.Option("--key", help="Your own name for the run, unique per workflow.")]
RunId = Annotated[str | None, typer.Option("--run-id", help="Id of the run; an id that exists waits for that run.")]
Data = Annotated[
    Path | None, typer.Option("--data", help="Directory of `warren run`'s own database, instead of a server.")
]
