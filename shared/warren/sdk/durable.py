"""Time, ids, chance, logs and attributes for workflow code: the same on every replay, as the engine decides them.

In a run, the moment is that of the event which the engine is applying, and ids and numbers are derived from the run and
a counter in it. Called anywhere else (a native run, a test of a helper) they are the plain thing.
"""

from __future__ import annotations

import asyncio
import logging
import random as _random
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NoReturn

from warren.contracts.attributes import attributes_data, check_all, check_change
from warren.errors import ContinuesAsNew

_LOOK_SECONDS: Final = 0.001


def now() -> datetime:
    """The current time in UTC. In a run: the time of the current event, so it is constant between two awaits."""
    return datetime.now(UTC)


async def condition(predicate: Callable[[], Any]) -> None:
    """Wait until `predicate()` is true. In a run it is asked when a transition ran code, and nothing else goes on."""
    while not predicate():  # noqa: ASYNC110 - it may be true at any time, and nobody says so
        await asyncio.sleep(_LOOK_SECONDS)


def uuid4() -> uuid.UUID:
    """A new UUID of version 4. In a run: derived from the run's id and a counter, so every replay gives the same."""
    return uuid.uuid4()


def random() -> float:
    """A random number, 0.0 <= x < 1.0. In a run: derived from the run's id and a counter, as `uuid4()`."""
    return _random.random()


def log(message: str, *, level: str = "info") -> None:
    """Write a log line. In a run, the coordinator writes it once, with the run's id; replays do not repeat it.

    `level` is "debug", "info", "warning" or "error".

    Raises:
        ValueError: `level` is none of these.
    """
    logging.getLogger("warren.workflow").log(level_number(level), message)


def upsert_attributes(**attributes: str | float | bool | datetime | Sequence[str] | None) -> None:
    """Set attributes of the run, which searches can use: `upsert_attributes(customer="x", amount=5)`. None removes one.

    A value is a str, int, float, bool, datetime with a time zone, or list of str. It is stored with the transition, so
    there is nothing to await. Outside of a run it only checks the attributes.

    Raises:
        ValueError: a name or a value is out of bounds, or the run would have too many.
        TypeError: a value is of another type.
    """
    check_all({name: value for name, value in attributes_data(check_change(attributes)).items() if value is not None})


def continue_as_new(*args: Any, **kwargs: Any) -> NoReturn:
    """End the run here, and have a new one go on in its place: with these arguments of `run()`, and a fresh history.

    The new run is of the same program. It has the run's key, its mailboxes with what is left in them, and whoever waits
    for the run's result waits for that of the new one. Never returns: it raises what goes through `finally` and
    `async with` as any exception, and what no `except Exception` stops. Tasks, actions, timers and child runs end as at
    the end of a run.

    Raises:
        TypeError: there are too many arguments, or two for one parameter.
        InvalidInput: they do not fit `run()`.
        UnserializableValue: one cannot be sent.
    """
    raise ContinuesAsNew({"args": args, "kwargs": kwargs})


def history_length() -> int:
    """How many transitions the run has made, this one included. Outside of a run: 0."""
    return 0


def history_size() -> int:
    """How many bytes the run's history has, in JSON, before this transition. Outside of a run: 0."""
    return 0


def level_number(level: str) -> int:
    """The number of a level's name; raises `ValueError` for an unknown one."""
    levels = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
    if level not in levels:
        raise ValueError(f"level must be one of {', '.join(levels)}, not {level!r}")
    return levels[level]
