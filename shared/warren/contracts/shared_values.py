"""Large values that several calls have in common: they are written once, in a table, and the calls say which they are.

    {"args": [null, 7], "kwargs": {"style": null}, "shared": [[0, 3], ["style", 4]]}

Argument 0 is value 3 of the table and argument `style` is value 4; `null` keeps their places. History and messages
both have this form (docs/adr/0008). Values are known as the same by their identity, which the engine keeps for what is
given to several calls. Must not know what else is in a call, nor where the table is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from warren.contracts.limits import json_size
from warren.contracts.tags import Json

SHARED_BYTES: Final = 1024
"""What has fewer as JSON text is written again each time."""

Place = tuple[int | str, int]
"""The position or the name of an argument, and the number of its value in the table."""


class Table:
    """The values that are repeated among `values`, numbered in the order in which they are."""

    __slots__ = ("_numbers", "values")

    def __init__(self, values: Iterable[Json]) -> None:
        self.values: list[Json] = []
        self._numbers: dict[int, int] = {}
        large = [
            value
            for value in values
            if (cls := value.__class__) is dict or cls is list or (cls is str and len(value) >= SHARED_BYTES)
        ]
        if len(large) > 1:
            self._fill(large)

    def _fill(self, values: list[Json]) -> None:
        """Number what is there more than once, by `id`: who made `values` holds on to them."""
        counts = Counter(map(id, values))
        if len(counts) == len(values):
            return
        for value in values:
            key = id(value)
            if counts.pop(key, 0) > 1 and json_size(value) >= SHARED_BYTES:
                self._numbers[key] = len(self.values)
                self.values.append(value)

    def taken_out(
        self, args: Sequence[Json], kwargs: Mapping[str, Json]
    ) -> tuple[Sequence[Json], Mapping[str, Json], list[Place]]:
        """The arguments without what is in the table, and the places of that."""
        numbers = self._numbers
        places: list[Place] = [(place, numbers[id(value)]) for place, value in enumerate(args) if id(value) in numbers]
        places += [(name, numbers[id(value)]) for name, value in kwargs.items() if id(value) in numbers]
        if not places:
            return args, kwargs, places
        left = [None if id(value) in numbers else value for value in args]
        named = {name: None if id(value) in numbers else value for name, value in kwargs.items()}
        return left, named, places


def put_back(
    args: Sequence[Json], kwargs: Mapping[str, Json], places: Iterable[Sequence[int | str]], values: Sequence[Json]
) -> tuple[list[Json], dict[str, Json]]:
    """The inverse of `Table.taken_out`. Calls get the same object, which whoever gives it to user code decodes anew.

    Raises:
        ValueError: a place is none, or its value is not in the table.
    """
    positional, named = list(args), dict(kwargs)
    for place, number in places:
        if not isinstance(number, int) or not 0 <= number < len(values):
            raise ValueError(f"there is no shared value {number!r}")
        if isinstance(place, int) and 0 <= place < len(positional):
            positional[place] = values[number]
        elif isinstance(place, str) and place in named:
            named[place] = values[number]
        else:
            raise ValueError(f"there is no argument {place!r} for a shared value")
    return positional, named
