"""Diagnostics for people and machines: text with a caret line, JSON, and GitHub's workflow annotations.

Must not know where diagnostics come from.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from warren.errors import Diagnostic


def as_text(diagnostics: Sequence[Diagnostic]) -> str:
    """One block each, as a compiler prints it: place and reason, the source line with a caret, the rewrite."""
    count = len(diagnostics)
    blocks = [_block(one) for one in diagnostics]
    return "\n\n".join([*blocks, f"{count} {'problem' if count == 1 else 'problems'} found"]) + "\n"


def _block(one: Diagnostic) -> str:
    place = ":".join(str(part) for part in (one.filename, one.line, one.column) if part is not None)
    lines = [f"{place}: error[{one.code}]: {one.message}" if place else f"error[{one.code}]: {one.message}"]
    if one.source is not None and one.line is not None:
        margin = " " * len(str(one.line))
        lines += [f" {margin} |", f" {one.line} | {one.source}"]
        if one.column is not None:
            width = max((one.end_column or one.column + 1) - one.column, 1)
            tabbed = "".join("\t" if letter == "\t" else " " for letter in one.source[: one.column - 1])
            lines.append(f" {margin} | {tabbed}{'^' * width}")
    if one.recommendation:
        first, *others = one.recommendation.splitlines()
        lines += [f"  instead: {first}", *others]
    return "\n".join(lines)


def as_json(diagnostics: Sequence[Diagnostic]) -> str:
    """A JSON array of objects with the fields of `Diagnostic`."""
    return json.dumps([asdict(one) for one in diagnostics], indent=2)


def as_github(diagnostics: Sequence[Diagnostic]) -> str:
    """One `::error ...::` command a line, which GitHub shows at the place in the change."""
    return "".join(_command(one) + "\n" for one in diagnostics)


def _command(one: Diagnostic) -> str:
    values = {"file": one.filename, "line": one.line, "col": one.column, "endColumn": one.end_column, "title": one.code}
    fields = ",".join(f"{name}={_escape(str(value), ',:')}" for name, value in values.items() if value is not None)
    text = f"{one.message}\ninstead: {one.recommendation}" if one.recommendation else one.message
    return f"::error {fields}::{_escape(text, '')}"


def _escape(text: str, more: str) -> str:
    for letter in "%\r\n" + more:
        text = text.replace(letter, f"%{ord(letter):02X}")
    return text
