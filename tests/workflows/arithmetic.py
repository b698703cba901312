"""Every arithmetic and bitwise operator, on int and float."""

from warren import Workflow, action, workflow


@action
async def number(x):
    return x


@workflow
class Arithmetic(Workflow):
    async def run(self, a: int, b: int) -> list:
        x = await number(a)
        y = await number(b)
        return [
            x + y,
            x - y,
            x * y,
            x / y,
            x // y,
            x % y,
            x ** (y % 5),
            x << (y % 8),
            x >> (y % 8),
            x & y,
            x | y,
            x ^ y,
            -x,
            +x,
            ~x,
            not x,
            x * 1.5,
            x // 2.5,
            divmod(x, y),
            round(x / y, 2),
            abs(-x),
            pow(x, 3, 7),
        ]


CASES = [{"a": 7, "b": 3}, {"a": -7, "b": 3}, {"a": 7, "b": -3}, {"a": 1, "b": 0}, {"a": 2**70, "b": 12}]
