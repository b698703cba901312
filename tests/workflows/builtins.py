"""The pure builtins."""

from warren import Workflow, workflow


@workflow
class Builtins(Workflow):
    async def run(self, items: list) -> list:
        walk = iter(items)
        return [
            len(items),
            list(range(1, 10, 3)),
            list(enumerate(items, 1)),
            list(zip(items, "abc")),
            list(map(str, items)),
            list(filter(None, items)),
            sorted(items, reverse=True),
            list(reversed(items)),
            min(items, default=None),
            max(0, *items),
            sum(items, 10),
            any(items),
            all(items),
            int("12") + int("ff", 16),
            float("1.5"),
            str(items),
            bool(items),
            bytes([1, 2]),
            list("ab"),
            dict(a=1, b=2),
            set("aa"),
            frozenset([1]),
            tuple(items),
            isinstance(items, (list, tuple)),
            isinstance(items, int | str),
            issubclass(bool, int),
            repr(items),
            format(3.14159, ".2f"),
            ord("a"),
            chr(98),
            next(walk, "none"),
            list(walk),
            slice(1, 2) == slice(1, 2, None),
            items[slice(0, 2)],
            type(items).__name__,
            callable(len),
            hex(255),
            bin(5),
            oct(8),
            ascii("ü"),
            hasattr(items, "append"),
            getattr(items, "nope", "default"),
            complex(1, 2),
            next(iter(items)),
        ]


CASES = [{"items": [3, 1, 2]}, {"items": []}, {"items": [0, "x"]}]
