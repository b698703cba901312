"""`for` over lists, ranges, strings, dicts, enumerate and zip, with and without awaits."""

from warren import Workflow, action, workflow


@action
async def square(x: int) -> int:
    return x * x


@workflow
class ForLoops(Workflow):
    async def run(self, items: list[int]) -> list:
        out = []
        for item in items:
            out.append(await square(item))
        for i in range(3):
            out.append(i)
        for i in range(10, 0, -4):
            out.append(await square(i))
        for letter in "ab":
            out.append(letter)
        for key, value in {"x": 1, "y": 2}.items():
            out.append((key, await square(value)))
        for n, (a, b) in enumerate(zip(items, reversed(items)), start=1):
            out.append(await square(n * a - b))
        for first, *rest in [(1, 2, 3), (4,)]:
            out.append([first, rest])
        for out[0] in range(3):
            pass
        return out


CASES = [{"items": [1, 2, 3]}, {"items": []}, {"items": [5]}]
