"""`check` and `graph`: what the compiler makes of a module, without any server."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from warren_cli.commands.options import AsJson
from warren_cli.failures import needs_no_server


class GraphFormat(StrEnum):
    """What `warren graph` can write."""

    MERMAID = "mermaid"
    DOT = "dot"
    JSON = "json"
    SVG = "svg"


@needs_no_server
def check(
    modules: Annotated[list[str] | None, typer.Argument(metavar="MODULE", help="Modules with workflows.")] = None,
    as_json: AsJson = False,
    github: Annotated[bool, typer.Option("--github", help="Print annotations for GitHub Actions.")] = False,
    explain: Annotated[
        str | None,
        typer.Option("--explain", metavar="CODE", help="Say what an error code means, with an example, and exit."),
    ] = None,
) -> int:
    """Compile the modules' workflows. Reports each refusal with its place and a replacement, and exits with 1."""
    from warren_cli.compile_workflows import check as work
    from warren_cli.compile_workflows import explain as explain_code

    if explain is not None:
        return explain_code(explain)
    return work(modules or [], as_json=as_json, github=github)


@needs_no_server
def graph(
    target: Annotated[str, typer.Argument(metavar="MODULE:Workflow", help="The class of the workflow in its module.")],
    format: Annotated[GraphFormat, typer.Option("--format", "-f", help="Output format.")] = GraphFormat.MERMAID,  # noqa: A002 - its name
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file instead of standard output.")
    ] = None,
    technical: Annotated[bool, typer.Option("--technical", help="Show every node, including internal ones.")] = False,
) -> int:
    """Draw the compiled graph of a workflow."""
    from warren_cli.compile_workflows import graph as work

    return work(target, format=format.value, output=output, technical=technical)
