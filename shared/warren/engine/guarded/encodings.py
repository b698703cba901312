"""The large values that one transition has encoded for calls: who is given the same again need not encode it again.

A value that may have changed in between, because workflow code ran, is encoded again. What comes of it is compared with
what was there: only what is the same, byte for byte, is shared. So a call has what the value was when it was started,
and whatever looks for repetitions (`contracts.shared_values`) finds them by identity. Must not know what a call is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pydantic_core import to_json

from warren.contracts.limits import json_size
from warren.contracts.shared_values import SHARED_BYTES
from warren.contracts.tags import Json
from warren.engine.values.limits import Budget

_IMMUTABLE: Final[frozenset[type]] = frozenset({str, bytes})


class _Encoding:
    """A value, what came of it, what that took from the budget, and the turn in which it was so."""

    __slots__ = ("bytes", "encoded", "steps", "text", "turn", "value")

    def __init__(self, value: Any, encoded: Json, *, size: int, steps: int, turn: int) -> None:
        self.value = value
        self.encoded = encoded
        self.bytes = size
        self.steps = steps
        self.turn = turn
        self.text: bytes | None = None

    def written(self) -> bytes:
        """As JSON text."""
        if self.text is None:
            self.text = to_json(self.encoded)
        return self.text


class Encodings:
    """Those of one transition. `turn` is another one whenever workflow code has run."""

    __slots__ = ("_by_encoded", "_by_value", "turn")

    def __init__(self) -> None:
        self.turn = 0
        self._by_value: dict[int, _Encoding] = {}
        self._by_encoded: dict[int, _Encoding] = {}
        """By `id`, as above: an encoding holds on to both, so that no other object gets the id."""

    def clear(self) -> None:
        """Forget all: another transition."""
        if self._by_value:
            self._by_value.clear()
            self._by_encoded.clear()

    def get(self, value: Any, budget: Budget, encode: Callable[[Any], Json]) -> Json:
        """What `encode` gives for the value, which takes the same from the budget whether it is called or not."""
        known = self._by_value.get(id(value)) if self._by_value else None
        if (
            known is not None
            and (known.turn == self.turn or value.__class__ in _IMMUTABLE)
            and budget.steps >= known.steps
            and budget.bytes >= known.bytes
        ):
            budget.steps -= known.steps
            budget.bytes -= known.bytes
            return known.encoded
        size, steps = budget.bytes, budget.steps
        encoded = encode(value)
        size -= budget.bytes
        if size < SHARED_BYTES:
            return encoded
        made = _Encoding(value, encoded, size=size, steps=steps - budget.steps, turn=self.turn)
        if known is not None and known.written() == made.written():
            known.turn = self.turn
            return known.encoded
        self._by_value[id(value)] = self._by_encoded[id(encoded)] = made
        return encoded

    def size(self, encoded: Json) -> int:
        """Bytes of what `get` gave, as JSON text."""
        known = self._by_encoded.get(id(encoded))
        return json_size(encoded) if known is None else len(known.written())
