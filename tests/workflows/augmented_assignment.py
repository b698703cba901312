"""Every augmented operator, on names, attributes and subscripts; lists change in place."""

from dataclasses import dataclass

from warren import Workflow, action, workflow


@dataclass
class Box:
    value: int = 0


@action
async def number(x: int) -> int:
    return x


@workflow
class AugmentedAssignment(Workflow):
    async def run(self, x: int) -> list:
        box = Box()
        row = [x, x]
        a = x
        a += await number(2)
        a -= 1
        a *= 3
        a //= 2
        a %= 100
        a **= 2
        a <<= 1
        a >>= 2
        a |= 8
        a &= 255
        a ^= 3
        f = float(x)
        f /= 4
        box.value += a
        box.value -= await number(1)
        row[0] += await number(5)
        row[row[1] - x] *= 2
        same = row
        row += [9]
        text = "a"
        text += "b" * 2
        return [a, f, box.value, row, same is row, text]


CASES = [{"x": 1}, {"x": 12}, {"x": -5}]
