"""Attributes of records that an action gives, read and assigned."""

from dataclasses import dataclass, field

from warren import Workflow, action, workflow


@dataclass
class Point:
    x: int
    y: int = 0
    tags: list[str] = field(default_factory=list)


@action
async def point(x: int) -> Point:
    return Point(x, tags=["new"])


@workflow
class Attributes(Workflow):
    async def run(self, x: int) -> list:
        p = await point(x)
        q = p
        p.y = p.x * 2
        p.x += 1
        p.tags.append("seen")
        same = p == q
        return [p.x, p.y, q.tags, same, p]


CASES = [{"x": 1}, {"x": -3}]
