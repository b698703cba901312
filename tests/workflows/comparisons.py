"""Every comparison, chained ones too; each operand is evaluated once and no further than needed."""

from warren import Workflow, action, workflow


@action
async def echo(x):
    return x


@workflow
class Comparisons(Workflow):
    async def run(self, a: int, b: int, c: int) -> list:
        seen = []

        def see(x):
            seen.append(x)
            return x

        chained = see(a) < see(b) <= see(c)
        mixed = a < await echo(b) < await echo(c) != a
        return [
            chained,
            mixed,
            seen,
            a == b,
            a != b,
            a > b >= c,
            a in (b, c),
            a not in [b, c],
            None is None,
            a is not None,
            [a, b] < [b, c],
            "a" < "b" < "c",
        ]


CASES = [{"a": 1, "b": 2, "c": 3}, {"a": 3, "b": 2, "c": 1}, {"a": 1, "b": 1, "c": 1}]
