"""Retries and timeouts: what a policy may be, which failures it covers, how long is waited. The home of these rules.

The engine and native runs (`sdk.native`) both follow them. Must not know which of them asks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple

from warren.contracts.identity import shown
from warren.contracts.moments import LONGEST_SECONDS
from warren.errors import ActionTimeout

ATTEMPTS_WITHOUT_LIMIT: Final = 101
"""What `RetryPolicy(attempts=None)` means: the first attempt and 100 retries, as in waymark."""


class RetryRule(NamedTuple):
    """A checked policy: `attempts` in all, the names of exceptions that it covers (None: `Exception`), and the wait."""

    attempts: int
    retry_on: tuple[str, ...] | None
    backoff_seconds: float


def rule_of(retry: Any) -> RetryRule:
    """What a `RetryPolicy` says. The engine has a record of its class, known by its attributes alone.

    Raises:
        TypeError: it is something else.
        ValueError: a field has an invalid value.
    """
    try:
        attempts, types, backoff = retry.attempts, retry.exception_types, retry.backoff_seconds
    except AttributeError:
        raise no_policy(retry) from None
    names = check_policy(attempts, types, backoff)
    return RetryRule(ATTEMPTS_WITHOUT_LIMIT if attempts is None else attempts, names or None, backoff_of(backoff))


def is_retried(error: BaseException, retry_on: Sequence[str] | None) -> bool:
    """Whether a retry policy's `exception_types` cover an exception.

    A name is that of any class in its hierarchy, bare or with its module. No names, or "Exception", mean all but
    `ActionTimeout`, which must be named (waymark's rule).
    """
    found = {"Exception"} if retry_on is None else set(retry_on)
    hierarchy = type(error).__mro__
    if isinstance(error, ActionTimeout):
        hierarchy = hierarchy[: hierarchy.index(ActionTimeout) + 1]
    return any(cls.__name__ in found or f"{cls.__module__}.{cls.__qualname__}" in found for cls in hierarchy)


def check_policy(attempts: Any, exception_types: Any, backoff_seconds: Any) -> tuple[str, ...] | None:
    """Check the fields of a `RetryPolicy`; returns the names of the exception types.

    Raises:
        ValueError: a field has an invalid value.
    """
    if attempts is not None:
        if isinstance(attempts, bool) or not isinstance(attempts, int):
            raise ValueError(f"RetryPolicy: attempts must be a whole number, not {attempts!r}")
        if attempts < 1:
            raise ValueError(f"RetryPolicy: attempts counts every execution, so it must be at least 1, not {attempts}")
    names = None if exception_types is None else _names_of(exception_types)
    if backoff_seconds is not None:
        if isinstance(backoff_seconds, bool) or not isinstance(backoff_seconds, int | float):
            raise ValueError(f"RetryPolicy: backoff_seconds must be a number of seconds, not {backoff_seconds!r}")
        if not 0 <= backoff_seconds < math.inf:  # a comparison, which takes integers that are too large for a float
            raise ValueError(f"RetryPolicy: backoff_seconds must be finite and not negative, not {backoff_seconds}")
    return names


def backoff_of(backoff_seconds: float | None) -> float:
    """A checked `backoff_seconds` as what is waited: 0 for none, and never longer than `LONGEST_SECONDS`."""
    return float(min(backoff_seconds or 0.0, LONGEST_SECONDS))


def seconds_of(timeout: Any, name: str = "timeout") -> float | None:
    """A timeout in seconds, of `LONGEST_SECONDS` at most; None for none, which infinity means as well.

    `name` is what an error calls it.

    Raises:
        ValueError: it is not a positive number or duration.
    """
    if timeout is None:
        return None
    seconds = timeout.total_seconds() if isinstance(timeout, timedelta) else timeout
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds > 0:
        raise ValueError(f"{name} must be a positive number of seconds or a timedelta, not {shown(timeout)}")
    return None if seconds == math.inf else float(min(seconds, LONGEST_SECONDS))


def no_policy(retry: object) -> TypeError:
    """The error for a `retry=` that is something else."""
    return TypeError(f"retry must be a RetryPolicy, not {type(retry).__name__}")


def _names_of(types: object) -> tuple[str, ...]:
    if not isinstance(types, list | tuple):
        message = f"RetryPolicy: exception_types must be a list of exception classes or names, not {types!r}"
        raise ValueError(message)  # noqa: TRY004 - one kind of error, whatever is wrong with a policy
    return tuple(_name_of(one) for one in types)


def _name_of(one: object) -> str:
    if isinstance(one, type) and issubclass(one, BaseException):
        return one.__name__
    if isinstance(one, str) and one:
        return one
    raise ValueError(f"RetryPolicy: exception_types holds {one!r}, which is neither an exception class nor a name")
