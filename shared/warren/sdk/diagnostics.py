"""What becomes of the diagnostics of a workflow that cannot be compiled: an exception, unless somebody collects them.

Must not know what compiles a workflow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from warren.errors import Diagnostic, UnsupportedPatternError

_sink: ContextVar[list[Diagnostic] | None] = ContextVar("sink", default=None)


@contextmanager
def collected_diagnostics() -> Iterator[list[Diagnostic]]:
    """Have `@workflow` add to this list instead of raising, and go on without the program, until the block ends."""
    found: list[Diagnostic] = []
    token = _sink.set(found)
    try:
        yield found
    finally:
        _sink.reset(token)


def refuse(diagnostics: Sequence[Diagnostic]) -> None:
    """Hand over why a workflow is refused.

    Raises:
        UnsupportedPatternError: nobody collects diagnostics.
    """
    found = _sink.get()
    if found is None:
        raise UnsupportedPatternError.from_diagnostics(diagnostics)
    found.extend(diagnostics)
