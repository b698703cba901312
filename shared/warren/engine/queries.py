"""The workflow's own plain methods, asked about a copy of the state: queries, and the validators of updates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from warren.contracts import names
from warren.contracts.messages import UpdateRequested
from warren.contracts.values import decode
from warren.engine.program.executable import Executable
from warren.engine.run.state import RunState
from warren.engine.snapshots.writing import restore, take_snapshot
from warren.engine.values.known_classes import ends_the_process
from warren.engine.values.limits import Stop
from warren.engine.views.run import view_run
from warren.errors import QueryFailed, UpdateRefused

Json = Any


def answer_query(executable: Executable, run: RunState, name: str, arguments: Mapping[str, Json], at: datetime) -> Json:
    """The encoded answer of a query of the workflow to plain or tagged JSON arguments.

    The method works on a copy of the run, so that whatever it does changes nothing. A run that has ended is asked about
    what it was at its end.

    Raises:
        InvalidInput: the workflow has no such query, or the arguments do not fit it.
        QueryFailed: the method raised, exceeded a limit, or returned what cannot be sent.
    """
    if name == names.STATE_QUERY:
        return state_of(executable, run)
    bound = executable.requests.bind_query(name, arguments)
    method = executable.requests.queries[name].method
    with _copy_of(executable, run, at) as copy:
        try:
            answer = executable.call(method, copy.instance, _decoded(executable, bound))
            return executable.guards.payload(answer, f"the answer of the query {name!r}")
        except Stop as stop:
            raise QueryFailed(f"the query {name!r}: {stop.reason}") from stop
        except BaseException as error:  # the method may raise SystemExit: its own, which must not end this process
            if ends_the_process(error):
                raise
            raise QueryFailed(f"the query {name!r} raised {type(error).__name__}: {error}") from error


def refusal_of(executable: Executable, run: RunState, event: UpdateRequested, at: datetime) -> UpdateRefused | None:
    """What the validator of a new update says against it, asked about a copy of the run; None where it may come."""
    update = executable.requests.updates.get(event.name)
    if update is None or not update.validator or event.subject in run.requests or event.subject in run.updates:
        return None
    with _copy_of(executable, run, at) as copy:
        try:
            executable.call(update.validator, copy.instance, _decoded(executable, event.arguments))
        except Stop as stop:
            return UpdateRefused(f"the validator of the update {event.name!r}: {stop.reason}")
        except BaseException as error:
            if ends_the_process(error):
                raise
            return UpdateRefused(f"the update {event.name!r} was refused: {type(error).__name__}: {error}")
    return None


@contextmanager
def _copy_of(executable: Executable, run: RunState, at: datetime) -> Iterator[RunState]:
    """Work on a copy of a run, so that whatever is done changes nothing."""
    copy = restore(executable, take_snapshot(executable, run))
    executable.begin(copy, at)
    try:
        yield copy
    finally:
        executable.transition.end()


def _decoded(executable: Executable, arguments: Mapping[str, Json]) -> dict[str, Any]:
    """Tagged JSON as values of the program."""
    return {key: decode(value, executable.types) for key, value in arguments.items()}


def state_of(executable: Executable, run: RunState, *, before: RunState | None = None) -> Json:
    """The answer to the built-in query `warren:state`; `before` is an ended run before its last transition."""
    return view_run(executable, run, before=before).model_dump(mode="json", exclude_defaults=True)
