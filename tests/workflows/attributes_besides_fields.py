"""Attributes of dataclasses that are no fields: what `__post_init__` sets, what actions add, across every boundary."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from warren import Workflow, action, workflow


@dataclass
class Record:
    x: int

    def __post_init__(self) -> None:
        self.double = self.x * 2
        self.seen = [self.x]


@action
async def touch(record: Record) -> Record:
    made = copy.deepcopy(record)
    made.double += 1
    made.seen.append(made.double)
    return made


@workflow
class AttributesBesidesFields(Workflow):
    async def run(self, x: int) -> list[object]:
        record = Record(x)
        touched = await touch(record)
        again = await touch(touched)
        return [record.double, record.seen, touched.double, again.double, again.seen, touched == record, again]


CASES = [{"x": 0}, {"x": 4}]
