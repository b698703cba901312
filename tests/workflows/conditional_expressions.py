"""The ternary, nested, with awaits in each part."""

from warren import Workflow, action, workflow


@action
async def echo(x):
    return x


@workflow
class ConditionalExpressions(Workflow):
    async def run(self, x: int) -> list:
        a = "big" if x > 10 else "small" if x > 5 else "tiny"
        b = (await echo("yes")) if await echo(x > 5) else await echo("no")
        c = [1 if x else 0, *([2] if x else [])]
        return [a, b, c]


CASES = [{"x": 0}, {"x": 7}, {"x": 11}]
