"""`del` of names, subscripts, slices and attributes."""

from dataclasses import dataclass

from warren import Workflow, workflow


@dataclass
class Pair:
    a: int
    b: int


@workflow
class DeleteStatements(Workflow):
    async def run(self, key: str) -> list:
        table = {"a": 1, "b": {"c": 2, "d": 3}}
        row = list(range(10))
        pair = Pair(1, 2)
        del table["b"]["c"], row[0], row[2:4]
        del row[::3]
        del pair.a
        x = y = 1
        del (x, y)
        del table[key]
        return [table, row, hasattr(pair, "a"), pair.b]


CASES = [{"key": "a"}, {"key": "b"}, {"key": "zzz"}]
