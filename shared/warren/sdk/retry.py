"""`RetryPolicy`: data about retries. The engine carries it out; nothing here waits or repeats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from warren.contracts.policies import check_policy


@dataclass(frozen=True)
class RetryPolicy:
    """When a failed action is retried: how often, after which exceptions, and after which pause.

    - `attempts`: total number of executions, at least 1; None means 101.
    - `exception_types`: exception classes or their names (`"Class"` or `"module.Class"`); subclasses match too. None
      and `Exception` mean every exception except `ActionTimeout`, which must be named.
    - `backoff_seconds`: constant pause between two attempts, at most a hundred years; None means no pause.

    Raises:
        ValueError: a field has an invalid value.
    """

    attempts: int | None = None
    exception_types: Sequence[str | type[BaseException]] | None = None
    backoff_seconds: float | None = None

    def __post_init__(self) -> None:
        names = check_policy(self.attempts, self.exception_types, self.backoff_seconds)
        if names is not None:
            object.__setattr__(self, "exception_types", names)
