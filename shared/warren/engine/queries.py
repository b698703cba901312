"""Queries: the workflow's own plain methods, asked about the state that was committed last. They change nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from warren.contracts.values import decode
from warren.engine.program.executable import Executable
from warren.engine.run.state import RunState
from warren.engine.snapshots.writing import restore, take_snapshot
from warren.engine.values.limits import Stop
from warren.errors import QueryFailed

Json = Any


def answer_query(executable: Executable, run: RunState, name: str, arguments: Mapping[str, Json], at: datetime) -> Json:
    """The encoded answer of a query of the workflow to plain or tagged JSON arguments.

    The method works on a copy of the run, so that whatever it does changes nothing. A run that has ended is asked about
    what it was at its end.

    Raises:
        InvalidInput: the workflow has no such query, or the arguments do not fit it.
        QueryFailed: the method raised, exceeded a limit, or returned what cannot be sent.
    """
    bound = executable.requests.bind_query(name, arguments)
    copy = restore(executable, take_snapshot(executable, run))
    executable.begin(copy, at)
    try:
        values = {key: decode(value, executable.types) for key, value in bound.items()}
        return executable.guards.payload(
            executable.ask(copy.instance, name, values), f"the answer of the query {name!r}"
        )
    except Stop as stop:
        raise QueryFailed(f"the query {name!r}: {stop.reason}") from stop
    except Exception as error:
        raise QueryFailed(f"the query {name!r} raised {type(error).__name__}: {error}") from error
    finally:
        executable.transition.end()
