"""Which engine a program was made for: the number of the semantics, which a program carries and its version includes.

Two engines of the same semantics make the same transitions of the same events: the order of turns, the numbers of
invocations, the commands, what counts against a budget where that ends a run. When one of these changes, `CURRENT`
rises, and the engine keeps the old way for programs that say so (docs/adr/0007). Must not know what the ways are.
"""

from __future__ import annotations

from typing import Final

CURRENT: Final = 1
"""What the compiler writes into new programs."""
OLDEST: Final = 1
"""Programs of older semantics are not run any more."""


def is_supported(semantics: int) -> bool:
    """Whether this Warren can run a program of these semantics."""
    return OLDEST <= semantics <= CURRENT
