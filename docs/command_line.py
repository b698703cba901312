"""Generates docs/reference/cli.md: every command of `warren`, as typer documents the definitions of the commands.

typer writes for a web site. This module changes what reads badly in a Markdown file, and what the tests of these pages
would run. Must not know any command.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

from typer.cli import get_docs_for_click
from typer.core import TyperGroup
from typer.main import get_command

from warren_cli.cli import app

TARGET = Path(__file__).parent / "reference" / "cli.md"

INTRODUCTION = """# CLI

The `warren` command. `make reference` generates this page from the definitions of the commands, and a test keeps it
current. `warren COMMAND --help` prints the same text.

`WARREN_BROKER_URL` and `WARREN_DATABASE_URL` select the servers; [settings](settings.md) has the other variables.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | the run failed or was cancelled, `check` refused a workflow, or `doctor` found something |
| 2 | wrong usage, or refused input |
| 3 | a server cannot be reached, or refused |
| 70 | a bug in Warren |
| 130 | interrupted with Ctrl-C |

With `--json`, results are JSON on standard output, and errors are JSON on standard error:
`{"error": {"type": ..., "message": ..., "exit_code": ...}}`.

The services (`compiler`, `coordinator`, `worker`) have
[exit codes of their own](../howto/run-the-services.md#stop).
"""


def render() -> str:
    """The page as the file holds it."""
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    context: Any = group.make_context("warren", [], resilient_parsing=True)  # typer names two classes for it
    parts = [INTRODUCTION, _index(group)]
    for name, command in group.commands.items():
        text = get_docs_for_click(obj=command, ctx=context, name=name, indent=1, call_prefix="warren")
        parts.append(html.unescape(text).replace("```console", "```text").strip() + "\n")
    return "\n".join(parts)


def _index(group: TyperGroup) -> str:
    """The commands by the panels of `warren --help`. typer's own list cuts their help short."""
    panels: dict[str, list[str]] = {}
    for name, command in group.commands.items():
        summary = re.split(r"(?<=\.)\s", command.help or "", maxsplit=1)[0]
        panels.setdefault(command.rich_help_panel, []).append(f"- [`{name}`](#warren-{name}): {summary}")  # type: ignore[attr-defined]  # typer's commands have it
    return "\n".join(f"**{panel}**\n\n" + "\n".join(lines) + "\n" for panel, lines in panels.items())
