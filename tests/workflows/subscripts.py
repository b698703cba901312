"""Indexing and slicing of values, with CPython's errors."""

from warren import Workflow, action, workflow


@action
async def data() -> dict:
    return {"list": [0, 1, 2, 3, 4], "text": "hello", "nested": {"deep": [{"x": 1}]}, "tuple": (1, 2)}


@workflow
class Subscripts(Workflow):
    async def run(self, key: str, index: int) -> list:
        value = await data()
        row = value[key]
        return [
            row[index],
            row[-1],
            value["list"][1:3],
            value["list"][::-1],
            value["text"][index:],
            value["text"][:-1:2],
            value["nested"]["deep"][0]["x"],
        ]


CASES = [
    {"key": "list", "index": 2},
    {"key": "text", "index": 1},
    {"key": "list", "index": 9},
    {"key": "missing", "index": 0},
    {"key": "nested", "index": 0},
    {"key": "tuple", "index": 5},
]
