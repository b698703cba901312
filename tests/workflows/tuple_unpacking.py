"""Assignment to tuples, nested and starred targets, several targets at once."""

from warren import Workflow, action, workflow


@action
async def pair(x: int) -> tuple:
    return (x, [x + 1, x + 2, x + 3])


@workflow
class TupleUnpacking(Workflow):
    async def run(self, x: int) -> list:
        a, (b, *c) = await pair(x)
        [d, e], f = [a, b], c
        *g, h = "xyz"
        i = j = k = [d]
        i.append(e)
        a, b = b, a
        first, *_ = c
        return [a, b, c, d, e, f, g, h, i, j is k, first]


CASES = [{"x": 0}, {"x": 41}]
