"""`match` with literals, constants, or-patterns, guards and the wildcard."""

from enum import Enum

from warren import Workflow, action, workflow


class Color(Enum):
    RED = "red"
    GREEN = "green"


class Limits:
    LOW = 3


@action
async def echo(x):
    return x


@workflow
class MatchValues(Workflow):
    async def run(self, x) -> str:
        match await echo(x):
            case None:
                return "none"
            case True | False as flag:
                return f"bool {flag}"
            case 0 | -1:
                return "zero or minus one"
            case Limits.LOW:
                return "low"
            case Color.RED:
                return "red"
            case int() | float() as number if number > 100:
                return f"large {number}"
            case int(number):
                return f"int {number}"
            case "ab":
                return "ab"
            case str() as text if len(text) > 3:
                return f"long {text}"
            case str():
                return "short"
            case 1 + 2j:
                return "complex"
            case _:
                return "other"


CASES = [
    {"x": x}
    for x in (
        None,
        True,
        False,
        0,
        -1,
        3,
        Color.RED,
        Color.GREEN,
        101,
        150.5,
        1.5,
        7,
        "ab",
        "long text",
        "x",
        [],
        1 + 2j,
    )
]
