"""The input of a start that only a worker can check, as its types have validators: `{"$": "unchecked", "v": JSON}`.

A workflow whose parameter may be one has it checked before anything else (`sdk.input_checks`). Must not know how.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from warren.contracts.tags import TAG, Json

UNCHECKED: Final = "unchecked"
UNCHECKED_REF: Final = "warren.contracts.unchecked:Unchecked"


class Unchecked:
    """`value` is the JSON that was sent."""

    def __init__(self, value: Json) -> None:
        self.value = value

    def __warren_encode__(self, encode: Callable[[Any, str], Any]) -> Json:
        return unchecked(self.value)


def unchecked(value: Json) -> Json:
    """The form of one."""
    return {TAG: UNCHECKED, "v": value}
