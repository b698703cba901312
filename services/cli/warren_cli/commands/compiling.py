"""`check` and `graph`: what the compiler makes of a module, without any server."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from warren_cli.commands.options import AsJson


class GraphFormat(StrEnum):
    """What `warren graph` can write."""

    MERMAID = "mermaid"
    DOT = "dot"
    JSON = "json"
    SVG = "svg"


def check(
    modules: Annotated[list[str], typer.Argument(metavar="MODULE", help="Modules with workflows.")],
    as_json: AsJson = False,
    github: Annotated[bool, typer.Option("--github", help="Print annotations for GitHub Actions.")] = False,
) -> int:
    """Compile the modules' workflows. Reports each refusal with its place and a replacement, and exits with 1."""
    from warren_cli.checking import check as work

    return work(modules, as_json=as_json, github=github)


def graph(
    target: Annotated[str, typer.Argument(metavar="MODULE:Workflow", help="The class of the workflow in its module.")],
    format: Annotated[GraphFormat, typer.Option("--format", "-f", help="Output format.")] = GraphFormat.MERMAID,  # noqa: A002 - its name
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file instead of standard output.")
    ] = None,
    technical: Annotated[bool, typer.Option("--technical", help="Show every node, including internal ones.")] = False,
) -> int:
    """Draw the compiled graph of a workflow."""
    from warren_cli.graphing import graph as work

    return work(target, format=format.value, output=output, technical=technical)
