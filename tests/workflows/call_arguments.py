"""Calls with starred and keyword arguments, of helpers and actions, with CPython's own binding errors."""

from warren import Workflow, action, workflow


@action
async def collect(a, b=2, *, c=3):
    return [a, b, c]


def plain(a, /, b, *rest, c, d=4, **others):
    return [a, b, rest, c, d, others]


@workflow
class CallArguments(Workflow):
    async def run(self, how: str) -> list:
        args, options = [1, 2], {"c": 30}
        match how:
            case "spread":
                return [await collect(*args, **options), plain(*args, 3, *"xy", **options, e=5)]
            case "missing":
                return await collect()
            case "too many":
                return await collect(1, 2, 3)
            case "unexpected":
                return await collect(1, z=1)
            case "twice":
                return await collect(1, **{"a": 2})
            case "helper missing":
                return plain(1, 2)
            case "helper positional":
                return plain(a=1, b=2, c=3)
            case "not callable":
                return how(1)
            case "not iterable":
                return plain(*5, c=1)
            case "not a mapping":
                return plain(1, 2, c=1, **[1])
        return []


CASES = [
    {"how": how}
    for how in (
        "spread",
        "missing",
        "too many",
        "unexpected",
        "twice",
        "helper missing",
        "helper positional",
        "not callable",
        "not iterable",
        "not a mapping",
    )
]
