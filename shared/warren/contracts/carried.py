"""What one run leaves to another that goes on in its place."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from warren.contracts.parts import Part
from warren.contracts.tags import Json


class Carried(Part):
    """What a run has from the one that continued as it: what lay in its mailboxes, and which requests it had taken."""

    previous: UUID
    mailboxes: dict[str, list[Json]] = Field(default_factory=dict)
    requests: list[int] = Field(default_factory=list)
