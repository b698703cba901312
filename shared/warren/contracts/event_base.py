"""What all events are: which of them are the same one, what each is about, and who waits for its answer."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar
from uuid import UUID

from warren.contracts.answers import RequestAnswer
from warren.contracts.parts import Part
from warren.errors import RunEnded, WarrenError

Json = Any


Identity = tuple[UUID, str, int, int]
"""What makes two events the same one: run, type, number, attempt."""


class Event(Part):
    """Something that happened to one run."""

    is_durable: ClassVar[bool] = True
    """Whether it matters beyond the moment: the history, the quarantine and a second publication are for these."""
    is_question: ClassVar[bool] = False
    """Whether it changes nothing, and only asks: it is answered when all else that came with it is committed."""
    is_awaited: ClassVar[bool] = False
    """Whether people must learn that it came too late: from the answer or, where nobody waits for one, from the log."""
    is_answered_when_taken: ClassVar[bool] = True
    """Whether who made the request gets the answer as soon as the run has it; else when the run says so."""
    wants_a_state: ClassVar[bool] = False
    """Whether it asks that the run be as an open run is already where this changes nothing: it has come true then."""
    lets_a_run_go_on: ClassVar[bool] = False
    """Whether it does nothing but that."""
    follows_chain: ClassVar[bool] = False
    """Whether it is for the run that goes on in the place of this one, where this one has continued as new."""

    type: str
    run_id: UUID

    @property
    @abstractmethod
    def subject(self) -> int:
        """What it is about, by which the history finds it: an invocation, timer or count; 0 if a run has just one."""

    @property
    def identity(self) -> Identity:
        """The same for two events that are the same one."""
        return (self.run_id, self.type, self.subject, 0)

    @property
    def answer(self) -> RequestAnswer | None:
        """Where the answer goes, and to which request, where somebody made one and waits."""
        return None

    @property
    def comes_early(self) -> bool:
        """Whether its run may not be there yet, and will be."""
        return False

    def is_same_request_as(self, recorded: Event) -> bool:
        """Whether what another run of the chain has recorded is this: then it is not for the next run."""
        return self.is_recorded_as(recorded)

    def is_recorded_as(self, recorded: Event) -> bool:
        """Whether an event of the history is what became of this one."""
        return self.identity == recorded.identity

    def not_taken(self) -> WarrenError:
        """What to tell who made a request that changed nothing."""
        return RunEnded(f"the run {self.run_id} has ended, or does not take this")
