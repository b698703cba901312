"""The classes that the programs of the cost table use."""

from __future__ import annotations

MORE = """
import warren
from typing import Any
from pydantic import BaseModel

class Item(BaseModel):
    value: Any = None

class Items(BaseModel):
    items: list[int]

class Cube(BaseModel):
    items: list[list[list[int]]]

@dataclass(order=True)
class Ordered:
    value: Any

@dataclass(frozen=True)
class Frozen:
    value: Any

@dataclass(eq=False)
class Same:
    value: Any

    def __hash__(self):
        return 1

@dataclass(eq=False)
class SameEqual:
    value: Any

    def __hash__(self):
        return 1

    def __eq__(self, other):
        return self.value == other.value

class Endless(Exception):
    def __str__(self):
        while True:
            pass
"""
