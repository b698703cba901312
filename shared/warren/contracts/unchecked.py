"""The input of a start that only a worker can check, as its types have validators: `{"$": "unchecked", "v": JSON}`.

With `"s": true` its type has a secret in it: where is not known before it is checked, so people are shown nothing of
it. A workflow whose parameter may be one has it checked before anything else (`sdk.input_checks`). Must not know how.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from warren.contracts.tags import TAG, Json

UNCHECKED: Final = "unchecked"
UNCHECKED_REF: Final = "warren.contracts.unchecked:Unchecked"


class Unchecked:
    """`value` is the JSON that was sent; `is_secret` where its type has a secret in it."""

    is_secret: bool = False  # snapshots have what an instance has, and older ones have the value alone

    def __init__(self, value: Json, *, is_secret: bool = False) -> None:
        self.value = value
        if is_secret:
            self.is_secret = True

    def __warren_encode__(self, encode: Callable[[Any, str], Any]) -> Json:
        return unchecked(self.value, is_secret=self.is_secret)


def unchecked(value: Json, *, is_secret: bool) -> Json:
    """The form of one."""
    form = {TAG: UNCHECKED, "v": value}
    return form | {"s": True} if is_secret else form
