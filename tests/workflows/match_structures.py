"""`match` with sequence, mapping and class patterns, nested, with captures."""

from dataclasses import dataclass

from pydantic import BaseModel

from warren import Workflow, action, workflow


@dataclass
class Point:
    x: int
    y: int


class Order(BaseModel):
    id: str
    lines: list[dict]


@action
async def echo(x):
    return x


@workflow
class MatchStructures(Workflow):
    async def run(self, x) -> list:
        match x:
            case []:
                return ["empty"]
            case [one]:
                return ["one", one]
            case [Point(0, y), *others]:
                return ["on the axis", y, len(others)]
            case (first, *_, last) if first == last:
                return ["same ends", await echo(first)]
            case [first, [a, b], *rest] | [first, a, b, *rest]:
                return ["nested", first, a, b, rest]
            case {"kind": "point", "at": [x0, y0], **others}:
                return ["mapping", x0, y0, others]
            case {"kind": str(kind)}:
                return ["kind", kind]
            case {}:
                return ["some mapping"]
            case Point(x=3 as a, y=b):
                return ["point", a, b]
            case Point():
                return ["other point"]
            case Order(id=id, lines=[{"sku": sku}, *_]):
                return ["order", id, sku]
        return ["nothing", x]


CASES = [
    {"x": x}
    for x in (
        [],
        [1],
        (7,),
        [Point(0, 2), 5],
        [1, 2, 1],
        [1, [2, 3], 4],
        [1, 2, 3, 4],
        {"kind": "point", "at": [1, 2], "extra": True},
        {"kind": "circle"},
        {"x": 1},
        {},
        Point(3, 4),
        Point(1, 2),
        Order(id="a", lines=[{"sku": "s1"}]),
        Order(id="b", lines=[]),
        "text",
        b"bytes",
        5,
    )
]
