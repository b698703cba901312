"""The end of a run: with what `run()` returned or raised, over a limit, or because something cannot be applied."""

from __future__ import annotations

from typing import Any

from warren.contracts.limits import encode_error
from warren.contracts.messages import RunStatus
from warren.engine.commands import CancelChild, FinishRun
from warren.engine.guarded.guards import Guards
from warren.engine.run.asyncio_errors import CancelledError
from warren.engine.run.leases import Leases
from warren.engine.run.transition import Transition
from warren.engine.values.known_classes import ends_the_process
from warren.engine.values.limits import Stop
from warren.errors import LimitExceeded, NotSupportedInWorkflow


class Ending:
    """Ends the run of the transition that is under way."""

    __slots__ = ("_guards", "_transition")

    def __init__(self, transition: Transition, guards: Guards) -> None:
        self._transition = transition
        self._guards = guards

    def over(self, error: BaseException) -> None:
        """End the run over what went through all of the workflow's handlers: a limit, or a `BaseException` of its own.

        Raises:
            Exception: the error itself, where it is a fault of the engine: that is for the caller to report.
        """
        if isinstance(error, Stop):
            self.failed(error.reason)
        elif isinstance(error, RecursionError | MemoryError):
            self.failed(LimitExceeded(f"the workflow exceeded a limit of the engine: {error}"))
        elif isinstance(error, Exception) or ends_the_process(error):
            raise error
        else:
            self.failed(error)

    def completed(self, value: Any) -> None:
        """`run()` has returned."""
        try:
            result = self._guards.payload(value, "the result of the run")
        except Exception as error:  # noqa: BLE001 - a result that cannot be sent fails the run
            self.failed(error)
            return
        self._finish(RunStatus.COMPLETED, result, None)

    def failed(self, error: BaseException) -> None:
        """The run is over, with an exception."""
        status = RunStatus.FAILED
        if isinstance(error, CancelledError) and self._transition.run.cancelling:
            status = RunStatus.CANCELLED
        try:
            self._guards.weigh(error)
        except Stop as stop:
            error, status = stop.reason, RunStatus.FAILED
        try:
            encoded = encode_error(error)
        except BaseException as problem:
            if ends_the_process(problem):
                raise
            why = str(problem.reason) if isinstance(problem, Stop) else type(problem).__name__
            is_limit = isinstance(problem, Stop) and isinstance(problem.reason, LimitExceeded)
            kind = LimitExceeded if is_limit else NotSupportedInWorkflow
            encoded = encode_error(kind(f"{type(error).__name__}, and to say what it is failed: {why}"))
        self._finish(status, None, encoded)

    def rejected(self, error: Any) -> None:
        """The run is over, with an encoded exception: what should have moved it on cannot be applied."""
        self._finish(RunStatus.FAILED, None, error)

    def _finish(self, status: RunStatus, result: Any, error: Any) -> None:
        run = self._transition.run
        run.status, run.result, run.error = status, result, error
        run.ready.clear()
        run.pending.clear()
        run.leases = Leases()
        self._transition.commands.extend(CancelChild(child.run_id) for child in run.children.values())
        run.children.clear()
        run.timers.clear()
        run.continuing = False
        run.main = None
        run.watchers.clear()
        self._transition.commands.append(FinishRun(status, result, error))
