"""Negative controls: each takes one safeguard of the services away, to show that the tests would notice.

`python -m tests.support.controls NAME MODULE ARGUMENT...` runs a service without one. The services know nothing of
this: what a control replaces is a step of theirs that a test can wrap.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Final
from unittest.mock import patch

import warren.runtime.publisher
import warren_coordinator.events.incoming
import warren_worker.app
from warren.contracts import messages
from warren.engine import Decision
from warren.runs.processor import Processor
from warren.runs.quarantine import Quarantine
from warren_compiler.duplicate_starts import ExistingRuns
from warren_coordinator.events.commits import Commits
from warren_coordinator.events.republisher import Republisher
from warren_coordinator.events.single_events import SingleEvents
from warren_coordinator.run_cache import RunEntry
from warren_coordinator.sweeps.broker_marker import BrokerMarker
from warren_coordinator.sweeps.stalled_runs import StalledRuns
from warren_worker import result_publisher
from warren_worker.result_publisher import ResultPublisher

Control = Callable[[], AbstractContextManager[Any]]


def _answering(answer: Any) -> Callable[..., Any]:
    """An asynchronous step that does nothing and returns this."""

    async def step(*_: Any, **__: Any) -> Any:
        return answer

    return step


def _acknowledge(chunks: Any) -> None:
    for subscription, deliveries in chunks:
        subscription.ack(deliveries)


@contextmanager
def _acknowledged_before_the_commit() -> Iterator[None]:
    take = Processor._take

    def early(processor: Processor) -> Any:
        chunks = take(processor)
        _acknowledge(chunks)
        return chunks

    with patch.object(Processor, "_take", early):
        yield


@contextmanager
def _acknowledged_before_the_confirms() -> Iterator[None]:
    handle, take = Processor._handle, ResultPublisher._take

    async def early(processor: Processor, chunks: Any) -> Any:
        handled = await handle(processor, chunks)
        _acknowledge(chunks)
        return handled

    def early_at_the_worker(reporter: ResultPublisher) -> Any:
        outgoing, settled = take(reporter)
        result_publisher._acknowledge(settled)
        return outgoing, []

    with patch.object(Processor, "_handle", early), patch.object(ResultPublisher, "_take", early_at_the_worker):
        yield


def _deciding(change: Callable[..., Any]) -> AbstractContextManager[Any]:
    """Decide about events with `change(decide, entry, event, ...)`."""
    decide = RunEntry.apply

    def changed(entry: RunEntry, event: messages.RunEvent, at: Any, **options: Any) -> Any:
        return change(decide, entry, event, at, **options)

    return patch.object(RunEntry, "apply", changed)


def _repeated_results_count(decide: Any, entry: Any, event: messages.RunEvent, at: Any, **options: Any) -> Any:
    decision = decide(entry, event, at, **options)
    if decision is None and isinstance(event, messages.ActionSucceeded):
        entry.state.seq += 1
        return Decision(event, [])
    return decision


def _leases_never_expire(decide: Any, entry: Any, event: messages.RunEvent, at: Any, **options: Any) -> Any:
    return None if isinstance(event, messages.LeaseExpired) else decide(entry, event, at, **options)


@contextmanager
def _nothing_published_again() -> Iterator[None]:
    with (
        patch.object(Republisher, "publish_again", _answering(None)),
        patch.object(ExistingRuns, "_publish_first_again", _answering(None)),
    ):
        yield


@contextmanager
def _marker_not_looked_at() -> Iterator[None]:
    with (
        patch.object(BrokerMarker, "check", _answering(None)),
        patch.object(BrokerMarker, "is_recovering", _answering(False)),
    ):
        yield


async def _whole_or_not(commits: Any, error: Exception, transitions: Any, *_: Any) -> None:
    """A refused commit is not taken apart: everything in it is dropped."""
    commits._forget(transitions.touched)


CONTROLS: Final[dict[str, Control]] = {
    "ack_after_commit": _acknowledged_before_the_commit,
    "ack_after_confirms": _acknowledged_before_the_confirms,
    "duplicates": lambda: _deciding(_repeated_results_count),
    "lease_expiry": lambda: _deciding(_leases_never_expire),
    "republish": _nothing_published_again,
    "marker": _marker_not_looked_at,
    "stalled": lambda: patch.object(StalledRuns, "run", _answering(None)),
    "watchdog": lambda: patch.object(warren_worker.app, "_watchdog", lambda *_: nullcontext()),
    "salvage": lambda: patch.object(warren_coordinator.events.incoming, "_salvaged", lambda body: []),
    "single": lambda: patch.object(SingleEvents, "handle", _answering([])),
    "halves": lambda: patch.object(Commits, "_commit_by_halves", _whole_or_not),
    "replacement": lambda: patch.object(warren.runtime.publisher, "replacement_of", lambda *_: None),
    "quarantine": lambda: patch.object(Quarantine, "_keep", _answering(None)),
}
"""By name, in the words of docs/reliability.md. `watchdog` looks after a worker's blocked event loop, so only real
processes can show what it is for. The last five are against bad neighbours: `salvage` reads ill-formed batches,
`single` ends runs whose events go wrong, `halves` finds a row that the store refuses, `replacement` has fail what a
refused message was about, `quarantine` keeps what cannot be sent now."""


def main() -> None:
    """Run a module as `__main__` without a safeguard."""
    _, control, module, *arguments = sys.argv
    sys.argv = [module, *arguments]
    with CONTROLS[control]():
        runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
