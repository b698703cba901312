"""What another system says about an attempt, by its token."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from warren.contracts.task_tokens import read_token


def attempt_of(token: str) -> dict[str, Any]:
    """The fields of an event of another system's about the attempt of a token."""
    return {**read_token(token)._asdict(), "id": uuid4().hex}
