"""The end of a run: with what `run()` returned or raised, over a limit, or from outside."""

from __future__ import annotations

from typing import Any

from warren.contracts.ids import successor_run_id
from warren.contracts.messages import RunStatus
from warren.engine.commands import ContinueAsNew, FinishRun
from warren.engine.guarded.guards import Guards
from warren.engine.run.asyncio_errors import CancelledError
from warren.engine.run.failures import encoded_failure, weighed
from warren.engine.run.leases import Leases
from warren.engine.run.transition import Transition
from warren.engine.run.updates import Updates
from warren.engine.values.known_classes import ends_the_process
from warren.engine.values.limits import Stop
from warren.errors import ContinuesAsNew, LimitExceeded


class Ending:
    """Ends the run of the transition that is under way."""

    __slots__ = ("_guards", "_transition", "_updates")

    def __init__(self, transition: Transition, updates: Updates, guards: Guards) -> None:
        self._transition = transition
        self._updates = updates
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
        """The run is over, with an exception, or because it continues as new."""
        if isinstance(error, ContinuesAsNew):
            self._continued(error)
            return
        found = weighed(self._guards, error)
        is_cancelled = found is error and isinstance(error, CancelledError) and self._transition.run.cancelling
        self._finish(RunStatus.CANCELLED if is_cancelled else RunStatus.FAILED, None, encoded_failure(found))

    def rejected(self, error: Any) -> None:
        """The run is over, with an encoded exception: what should have moved it on cannot be applied."""
        self._finish(RunStatus.FAILED, None, error)

    def terminated(self, error: Any) -> None:
        """The run is over, with an encoded exception: somebody has ended it."""
        self._finish(RunStatus.FAILED, None, error, is_cut_off=True)

    def _continued(self, error: ContinuesAsNew) -> None:
        """Another run goes on in the place of this one."""
        transition = self._transition
        run = transition.run
        if run.seq == 1:
            self.failed(RuntimeError("continue_as_new() was called in __init__; call it in run()"))
            return
        run.successor = ContinueAsNew(successor_run_id(transition.now, run.run_id), error.input)
        self._finish(RunStatus.CONTINUED, None, None)

    def _finish(self, status: RunStatus, result: Any, error: Any, *, is_cut_off: bool = False) -> None:
        run = self._transition.run
        self._transition.stop_unwanted(whole_run=is_cut_off or status is RunStatus.CANCELLED)
        run.paused_at = None
        run.status, run.result, run.error = status, result, error
        run.ready.clear()
        run.pending.clear()
        run.leases = Leases()
        for number in list(run.children):
            self._transition.commands.extend(run.end_child(number))
        run.asked.clear()
        run.timers.clear()
        run.continuing = False
        run.main = None
        run.watchers.clear()
        if run.updates:
            self._updates.abandon(status)
        self._transition.commands.append(run.successor or FinishRun(status, result, error))
