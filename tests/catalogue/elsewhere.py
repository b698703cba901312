"""A class of another module, which the catalogue's classes name for type checkers only."""

from __future__ import annotations

from pydantic import BaseModel


class Far(BaseModel):
    """Far away."""

    name: str
