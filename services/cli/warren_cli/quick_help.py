"""Help in half the time: rich draws it, but without two parts of it that typer imports too and our help does not use.

Markdown is for help that is written in it, tracebacks for `pretty_exceptions_enable`. Both bring libraries along, and
typer has no option to leave them out. `warren --help` took 0.38 s of processor time with this and 0.53 s without
(typer 0.29, rich 15): remove it when typer imports them where it uses them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Final

from typer import Context
from typer.core import TyperCommand, TyperGroup

_UNUSED: Final = {"rich.markdown": "Markdown", "rich.traceback": "Traceback"}


class Group(TyperGroup):
    """The command `warren`."""

    def format_help(self, ctx: Context, formatter: object) -> None:  # type: ignore[override]  # typer hides its type
        """Draw the help."""
        _import_drawing()
        super().format_help(ctx, formatter)  # type: ignore[arg-type]  # as above


class Command(TyperCommand):
    """A command of it."""

    def format_help(self, ctx: Context, formatter: object) -> None:  # type: ignore[override]  # typer hides its type
        """Draw the help."""
        _import_drawing()
        super().format_help(ctx, formatter)  # type: ignore[arg-type]  # as above


def _import_drawing() -> None:
    with ExitStack() as stack:
        for name, attribute in _UNUSED.items():
            if name not in sys.modules:
                stack.enter_context(_empty(name, attribute))
        import typer.rich_utils  # noqa: F401 - typer does it next, and then it is there


@contextmanager
def _empty(name: str, attribute: str) -> Iterator[None]:
    module = ModuleType(name)
    setattr(module, attribute, type(attribute, (), {}))
    sys.modules[name] = module
    try:
        yield
    finally:
        del sys.modules[name]
