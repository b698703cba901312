"""All that `prelude.children` asks of whoever runs it: starting child runs, and asking runs.

The front end compiles a call of one of these to an intrinsic of the engine (`ir.intrinsics.OF_OTHER_RUNS`). The bodies
here are for a workflow that runs natively, as plain asyncio: its children are tasks, known by their ids as long as
somebody has them. Users cannot name them.
"""

from __future__ import annotations

import asyncio
from typing import Any, Protocol
from uuid import UUID, uuid4
from weakref import WeakValueDictionary

from warren.contracts import policies
from warren.contracts.identity import check_key
from warren.errors import RunNotFound
from warren.prelude.primitives import Future


class NativeChild(Protocol):
    """A call of another workflow's `run()` in a native run."""

    def begin(self) -> NativeRun:
        """Run it, from its beginning."""
        ...


class NativeRun(Protocol):
    """A run of another workflow in a native run."""

    task: Future
    """Its end."""

    def ask(self, request: str, name: str | None, value: Any) -> None:
        """Take a signal, or a request to end."""
        ...


_RUNS: WeakValueDictionary[UUID, Any] = WeakValueDictionary()


def prepare_child(call: NativeChild) -> NativeChild:
    """A call that can be started, and started again."""
    return call


def begin_child(
    prepared: NativeChild, key: str | None, policy: str, awaits_start: bool
) -> tuple[UUID, Future, Future | None]:
    """Start it: its id, the future of its outcome, and that of its start."""
    run, run_id = prepared.begin(), uuid4()
    _RUNS[run_id] = run
    started: Future | None = asyncio.get_running_loop().create_future() if awaits_start else None
    if started is not None:
        started.set_result(None)
    return run_id, run.task, started


def ask_run(run_id: UUID, request: str, name: str | None, value: Any) -> Future:
    """Send a run a signal, or ask for its end; the future of the answer."""
    answer: Future = asyncio.get_running_loop().create_future()
    run: NativeRun | None = _RUNS.get(run_id)
    if run is None:
        answer.set_exception(RunNotFound(f"there is no run with the id {run_id}"))
    else:
        run.ask(request, name, value)
        answer.set_result(None)
    return answer


def signal_name(signal: Any) -> str:
    """The name of a signal, which may be given by its attribute of the workflow's class."""
    name = signal if isinstance(signal, str) else getattr(signal, "name", None) or getattr(signal, "__name__", None)
    if not isinstance(name, str):
        raise TypeError(
            f"a signal is given by its attribute of the workflow's class or by its name, not by {type(signal).__name__}"
        )
    return name


def retry_rule(retry: Any) -> tuple[int, tuple[str, ...] | None, float]:
    """What a `RetryPolicy` says: how many attempts in all, for which exceptions, and the pause between them."""
    return policies.rule_of(retry)


def is_retried(error: BaseException, retry_on: tuple[str, ...] | None) -> bool:
    """Whether that covers an exception."""
    return policies.is_retried(error, retry_on)


def seconds_of(timeout: Any, name: str) -> float | None:
    """A timeout in seconds."""
    return policies.seconds_of(timeout, name)


def checked_key(key: Any) -> Any:
    """A key; raises `ValueError` where it cannot be one."""
    return check_key(key)
