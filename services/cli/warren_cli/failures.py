"""From an exception to what a person reads and a script gets: one message on standard error and an exit code."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable
from itertools import dropwhile
from typing import Any, Final, ParamSpec, TypeVar

import typer

P = ParamSpec("P")
C = TypeVar("C", bound=Callable[..., int])

DONE: Final = 0
RUN_FAILED: Final = 1
REFUSED: Final = 2
UNREACHABLE: Final = 3
BROKEN: Final = 70
"""Warren itself failed: a bug."""
INTERRUPTED: Final = 130
_NEEDS_NO_SERVER: Final = "needs_no_server"
"""Attribute of commands that are declared so."""
_IMPORT_SYSTEM: Final = "<frozen importlib"


def needs_no_server(command: C) -> C:
    """Declare that a command works without servers, or brings its own: its failures give no hint how to name some."""
    setattr(command, _NEEDS_NO_SERVER, True)
    return command


def reported(command: Callable[P, int | None]) -> Callable[P, None]:
    """Make a command's return value its exit code, and its exceptions messages."""

    @functools.wraps(command)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        as_json = bool(kwargs.get("as_json", False))
        try:
            code = command(*args, **kwargs)
        except (typer.Exit, typer.Abort):
            raise
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
        except Exception as error:  # noqa: BLE001 - the boundary: everything becomes a message and a code
            wants_servers = kwargs.get("data") is None and not hasattr(command, _NEEDS_NO_SERVER)
            code = report(error, as_json=as_json, wants_servers=wants_servers)
        raise typer.Exit(code or DONE)

    return wrapper


def report(error: BaseException, *, as_json: bool, wants_servers: bool = True) -> int:
    """Print what is wrong; returns the exit code. Where the command `wants_servers`, it is said how to name them."""
    error = _first_of(error)
    code = exit_code(error)
    if as_json:
        body: dict[str, Any] = {"error": {"type": type(error).__name__, "message": str(error), "exit_code": code}}
        sys.stderr.write(json.dumps(body) + "\n")
    else:
        label = "warren failed, and that is a bug in it" if code == BROKEN else "error"
        sys.stderr.write(f"{_colored(label + ':', 31)} {_text_of(error)}\n")
        hint = _hint(error, code, wants_servers=wants_servers)
        if hint:
            sys.stderr.write(f"{_colored('hint:', 36)} {hint}\n")
    if os.environ.get("WARREN_LOG_LEVEL", "").lower() == "debug":
        import traceback

        traceback.print_exception(error, file=sys.stderr)
    return code


def exit_code(error: BaseException) -> int:
    """The exit code for an exception."""
    from warren.errors import InfrastructureError, UpdateFailed, UserError, WorkflowFailedError

    match error:
        case WorkflowFailedError() | UpdateFailed():
            return RUN_FAILED
        case UserError() | TypeError():
            return REFUSED
        case InfrastructureError() | TimeoutError():
            return UNREACHABLE
        case _:
            return BROKEN


def _first_of(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _text_of(error: BaseException) -> str:
    from warren.errors import UnsupportedPatternError, UserError, WarrenError

    if isinstance(error, UnsupportedPatternError):
        from warren.frontend.report import as_text

        return as_text(error.diagnostics).rstrip()
    if isinstance(error, UserError) and error.__cause__ is not None and _is_user_code(error.__cause__):
        return f"{error}\n{_user_trace(error.__cause__)}"
    return str(error) if isinstance(error, WarrenError | TimeoutError) else f"{type(error).__name__}: {error}"


def _user_trace(cause: BaseException) -> str:
    """The end of a traceback, without the frames of the import system."""
    import traceback

    trace = traceback.TracebackException.from_exception(cause)
    inner = dropwhile(lambda frame: not frame.filename.startswith(_IMPORT_SYSTEM), trace.stack)
    frames = [frame for frame in inner if not frame.filename.startswith(_IMPORT_SYSTEM)]
    trace.stack = traceback.StackSummary.from_list(frames[-3:])
    return "".join(trace.format()).rstrip()


def _is_user_code(cause: BaseException) -> bool:
    """Whether an import failed inside the user's module, where its place is what helps."""
    return (
        not isinstance(cause, ModuleNotFoundError | SystemExit)
        and cause.__traceback__ is not None
        and _is_import(cause)
    )


def _is_import(cause: BaseException) -> bool:
    trace = cause.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith(_IMPORT_SYSTEM):
            return True
        trace = trace.tb_next
    return False


def _hint(error: BaseException, code: int, *, wants_servers: bool) -> str:
    from warren.errors import BrokerError, StoreError
    from warren.settings import BROKER_VARIABLE, DATABASE_VARIABLE, value_of

    if code == BROKEN:
        return "WARREN_LOG_LEVEL=debug shows where"
    if not wants_servers:
        return ""
    if isinstance(error, BrokerError) and not value_of(BROKER_VARIABLE):
        return f"{BROKER_VARIABLE} is not set; `docker compose up` starts the servers, `warren run` needs none"
    if isinstance(error, StoreError) and not value_of(DATABASE_VARIABLE):
        from pathlib import Path

        if Path(".warren/cluster").exists():
            return f"{DATABASE_VARIABLE} is not set; the runs of `warren run` are seen with --data .warren"
        return f"{DATABASE_VARIABLE} is not set; `docker compose up` starts the servers, `warren run` needs none"
    return ""


def _colored(text: str, color: int) -> str:
    return f"\033[{color}m{text}\033[0m" if sys.stderr.isatty() and not os.environ.get("NO_COLOR") else text
