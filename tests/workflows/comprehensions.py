"""List, set, dict comprehensions and generator expressions; several generators and conditions."""

from warren import Workflow, workflow


@workflow
class Comprehensions(Workflow):
    async def run(self, n: int) -> list:
        x = "outer"
        squares = [x * x for x in range(n)]
        pairs = [(a, b) for a in range(n) if a % 2 for b in range(a) if b]
        flat = [item for row in [[1], [2, 3], []] for item in row]
        lengths = {word: len(word) for word in ["a", "bb", "a"]}
        unique = {a % 3 for a in range(n)}
        nested = [[a * b for a in range(2)] for b in range(3)]
        swapped = {value: key for key, value in {"k": 1, "l": 2}.items()}
        counted = (
            sum(1 for a in range(n) if a > 1),
            any(a == 2 for a in range(n)),
            max((a for a in range(n)), default=None),
        )
        joined = ",".join(str(a) for a in range(n))
        first = next((a for a in range(n) if a > 1), None)
        starred = [a for a, *_ in [(1, 2), (3,)]]
        functions = [lambda k=k: k * 10 for k in range(3)]
        late = [f() for f in [lambda: k for k in range(3)]]
        return [
            x,
            squares,
            pairs,
            flat,
            lengths,
            sorted(unique),
            nested,
            swapped,
            counted,
            joined,
            first,
            starred,
            [f() for f in functions],
            late,
        ]


CASES = [{"n": 0}, {"n": 4}]
