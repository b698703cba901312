"""With what an attempt has failed: the user's own exception, its traceback from the user's first line on.

What no workflow could catch as it is (`SystemExit`, `KeyboardInterrupt`, a `CancelledError` that nobody asked for,
`GeneratorExit`) is for the process that raises it: it becomes an `ActionError` with its type, text and traceback. One
rule for workers and `warren.testing`. Must not know who reports it.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Final

from warren.contracts.identity import shown
from warren.errors import ActionError

_TEXT_LIMIT: Final = 1_000
_OURS: Final = tuple(str(Path(__file__).parents[1] / name) + "/" for name in ("sdk", "testing"))


def ended(action: str, error: BaseException) -> ActionError:
    """The error of an action that ended with what is no `Exception`; to be raised from it."""
    trace = users_frames(error.__traceback__)
    error.__traceback__ = trace
    return ActionError(f"the action {action!r} {_what_it_did(error)}").with_traceback(trace)


def failure_of(action: str, error: BaseException, *, internal: frozenset[str] = frozenset()) -> Exception:
    """What an attempt reports that ended with `error`; `internal` are files of whoever called the action.

    An error of ours alone has no traceback.
    """
    if not isinstance(error, Exception):
        failure = ended(action, error)
        failure.__cause__ = error
        return failure
    return error.with_traceback(users_frames(error.__traceback__, internal))


def users_frames(trace: TracebackType | None, internal: frozenset[str] = frozenset()) -> TracebackType | None:
    """A traceback without the frames that stand between the engine and the user's function."""
    while trace is not None and _is_internal(trace.tb_frame.f_code.co_filename, internal):
        trace = trace.tb_next
    return trace


def _is_internal(filename: str, internal: frozenset[str]) -> bool:
    return filename in internal or filename.startswith(_OURS)


def _what_it_did(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return f"called sys.exit({shown(error.code)})"
    if isinstance(error, asyncio.CancelledError):
        return "raised CancelledError, but nobody cancelled it"
    try:
        text = str(error)[:_TEXT_LIMIT]
    except Exception as own:  # noqa: BLE001 - the user's `__str__` may raise anything
        text = f"(its text cannot be shown: {type(own).__name__})"
    return f"raised {type(error).__name__}: {text}".removesuffix(": ")
