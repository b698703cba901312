"""The runs that go on together in a test: a run, its children and theirs; what they ask each other.

Must not know how a run goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from warren.contracts.imported_types import ImportedTypes
from warren.contracts.messages import SignalReceived
from warren.contracts.values import decode
from warren.engine import AskRun, CancelChild, TerminateChild
from warren.errors import RunEnded, RunKeyTaken, RunNotFound
from warren.testing.client import Environment
from warren.testing.driver import EngineDriver


class Member(Protocol):
    """One of the runs."""

    driver: EngineDriver

    def wake(self) -> None:
        """Something happened to it that did not come from itself."""
        ...


class Family:
    """Knows the runs by their ids. `find_other` finds those that the test started by themselves."""

    def __init__(self, find_other: Callable[[UUID], Environment | None]) -> None:
        self._find_other = find_other
        self._members: dict[UUID, Member] = {}
        self._keys: set[tuple[str, str]] = set()
        self.told_to_end: set[UUID] = set()
        """Children whose parent does not want them any more."""

    def join(self, member: Member) -> None:
        """Another run has begun."""
        self._members[member.driver.run_id] = member

    def replace(self, member: Member, successor: Member) -> None:
        """A run goes on in the place of another one, and is found by the ids of both."""
        self._members |= {run_id: successor for run_id, each in self._members.items() if each is member}

    def take_key(self, workflow: str, key: str) -> None:
        """Give a child run a key; raises `RunKeyTaken`."""
        if (workflow, key) in self._keys:
            raise RunKeyTaken(f"the key {key!r} is that of another run of workflow {workflow!r}")
        self._keys.add((workflow, key))

    def end(self, command: CancelChild | TerminateChild) -> None:
        """Tell a child that its parent does not want it any more."""
        member = self._members.get(command.run_id)
        if member is None:
            return
        self.told_to_end.add(command.run_id)
        reason = "the run that waited for it has ended"
        (member.driver.cancel if isinstance(command, CancelChild) else member.driver.terminate)(reason)
        member.wake()

    def ask(self, command: AskRun, request_id: str) -> None:
        """Pass on what a run asks another one.

        Raises:
            RunNotFound: there is no such run.
            RunEnded: a signal came after its end.
            InvalidInput: it has no such signal, or the payload does not fit.
        """
        member = self._members.get(command.run_id)
        if member is not None:
            self._ask(member, command, request_id)
            return
        other = self._find_other(command.run_id)
        if other is None:
            raise RunNotFound(f"there is no run with the id {command.run_id}")
        if command.request == "cancel":
            other.cancel(command.value)
        else:
            assert command.name is not None
            other.signal(command.name, decode(command.value, ImportedTypes()), id=request_id)

    def _ask(self, member: Member, command: AskRun, request_id: str) -> None:
        driver = member.driver
        if command.request == "cancel":
            driver.cancel(command.value)
        elif driver.is_finished:
            raise RunEnded(f"the run {driver.run_id} has ended, and takes no signals")
        else:
            assert command.name is not None
            payload = driver.executable.requests.bind_signal(command.name, command.value)
            driver.apply(SignalReceived(run_id=driver.run_id, id=request_id, name=command.name, payload=payload))
        member.wake()
