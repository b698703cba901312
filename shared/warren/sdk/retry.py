"""`RetryPolicy`: data about retries. The engine carries it out; nothing here waits or repeats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from warren.contracts.policies import check_policy


@dataclass(frozen=True)
class RetryPolicy:
    """How often, for which exceptions and after how long a failed action is tried again.

    `attempts` is the total number of executions; None means 101. `exception_types` are exception classes or their names
    (bare, or `module.Class`), and cover their subclasses; none, or `Exception`, means every exception except
    `ActionTimeout`, which has to be named.
    `backoff_seconds` is the constant time between two attempts, at most a hundred years of it.

    Raises:
        ValueError: a field cannot be meant like that.
    """

    attempts: int | None = None
    exception_types: Sequence[str | type[BaseException]] | None = None
    backoff_seconds: float | None = None

    def __post_init__(self) -> None:
        names = check_policy(self.attempts, self.exception_types, self.backoff_seconds)
        if names is not None:
            object.__setattr__(self, "exception_types", names)
