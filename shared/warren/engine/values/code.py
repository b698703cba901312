"""The code of async functions, ready to execute: what a frame points into. The interpreter gives it its meaning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any


class Step(IntEnum):
    """What the interpreter does with a node."""

    GO = 0
    """Call it; it returns the next node."""
    AWAIT = 1
    """Call it; it returns the awaitable."""
    RETURN = 2
    """Call it; it returns the function's value."""
    SWITCH = 3
    RAISE = 4
    JUMP = 5
    """Go on at `next`."""


@dataclass(slots=True)
class NodeCode:
    """A node, ready to execute. `slot` is that of its result, selector or error; `handler` the handler node, or -1."""

    step: Step
    run: Callable[[list[Any]], Any] | None
    next: int
    slot: int
    handler: int
    error_slot: int
    targets: tuple[int, ...] = ()


@dataclass(slots=True, eq=False)
class AsyncCode:
    """An async function, ready to execute. `bind` turns call arguments into the parameters' values, in slot order."""

    key: str
    name: str
    qualname: str
    nodes: list[NodeCode] = field(default_factory=list)
    slots: dict[str, int] = field(default_factory=dict)
    bind: Callable[..., list[Any]] | None = None
    template: list[Any] = field(default_factory=list)
    """Initial values of the variables after the parameters: UNBOUND, or None for temporaries."""
    cells: tuple[int, ...] = ()
    free: tuple[int, ...] = ()
