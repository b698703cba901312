"""`and` and `or` give the deciding operand and stop there, also around awaits."""

from warren import Workflow, action, workflow


@action
async def echo(x):
    return x


@workflow
class BooleanOperators(Workflow):
    async def run(self, a, b, c) -> list:
        return [
            a and b and c,
            a or b or c,
            (a or b) and c,
            await echo(a) and await echo(b),
            await echo(a) or await echo(b) or await echo(c),
            not (a and b),
            bool(a) or (b and await echo(c)),
        ]


CASES = [
    {"a": 0, "b": "", "c": []},
    {"a": 1, "b": "x", "c": [0]},
    {"a": None, "b": 2, "c": {}},
    {"a": 1, "b": 0, "c": 3},
]
