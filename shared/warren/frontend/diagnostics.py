"""Collecting refusals: every place that cannot be compiled, once each, to be raised together in source order.

Must not know what is refused or why.
"""

from __future__ import annotations

import ast

from warren.errors import Diagnostic
from warren.frontend.refusals import Refusal
from warren.frontend.sources import SourceFile


def diagnostic(source: SourceFile | None, node: ast.AST | None, refusal: Refusal) -> Diagnostic:
    """A refusal at the place of a syntax node; an end on a later line is cut to the end of the first."""
    if source is None or node is None:
        filename = source.filename if source else None
        return Diagnostic(refusal.message, refusal.recommendation, filename=filename, code=refusal.code)
    span = source.span(node)
    text = source.line(span.line)
    end = span.end_column if span.end_line == span.line else len(text) + 1
    return Diagnostic(
        refusal.message,
        refusal.recommendation,
        line=span.line,
        column=span.column,
        filename=source.filename,
        source=text,
        end_column=max(end, span.column + 1),
        code=refusal.code,
    )


def in_source_order(diagnostics: list[Diagnostic], *, first: str) -> list[Diagnostic]:
    """Sort by place, the file `first` before the others, and drop repetitions."""
    unique = {(d.filename, d.line, d.column, d.code, d.message): d for d in diagnostics}
    return sorted(
        unique.values(), key=lambda d: (d.filename != first, d.filename or "", d.line or 0, d.column or 0, d.message)
    )
