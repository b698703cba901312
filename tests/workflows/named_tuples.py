"""Named tuples that actions give: tuples whose items have names."""

from __future__ import annotations

import collections
from typing import Any, NamedTuple

from warren import Workflow, action, workflow


class Point(NamedTuple):
    x: int
    y: int = 0


Old = collections.namedtuple("Old", "a b")


@action
async def points(n: int) -> list[Any]:
    return [Point(n), Point(1, 2), Old([n], "b")]


@action
async def moved(point: Point) -> Point:
    assert type(point) is Point
    return point._replace(x=point.x + 1)


@workflow
class NamedTuples(Workflow):
    async def run(self, n: int) -> list[object]:
        first, second, old = await points(n)
        x, y = first
        old.a.append(3)
        again = await moved(second)
        total = 0
        for number in second:
            total += number
        match again:
            case (a, b):
                matched = [a, b]
        return [
            *(first.x, first.y, x, y, first[0], first[-1], first[0:1], len(first), total, matched),
            *(first == (n, 0), (1, 2) == second, second in [(1, 2)], {second: "key"}[1, 2], first < second),
            *(first + (1,), second * 2, list(second), tuple(second), isinstance(first, tuple), 2 in second),
            *(
                repr(first),
                str(old),
                f"{second}",
                old,
                again,
                again.x,
                second.count(1),
                second.index(2),
                sorted(second),
            ),
            *(max(second), sum(second), bool(second), old.b, [*second], {"p": second}),
        ]


CASES = [{"n": 0}, {"n": 7}]
