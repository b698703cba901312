"""Literals of every kind."""

from warren import Workflow, workflow


@workflow
class Literals(Workflow):
    async def run(self) -> list:
        """A docstring is not a statement."""
        ...
        return [
            None,
            True,
            0xFF,
            10**40,
            1_000,
            1.5,
            1e400,
            -0.0,
            2 + 3j,
            "textjoined",
            "ünïcode \ud800",
            b"bytes\x00",
            [],
            [1, [2]],
            (),
            (1,),
            {1, 2} == {2, 1},
            {},
            {"a": 1, 2: "b", (3, 4): None},
            [*(1, 2), *"ab", 3],
            {**{"a": 1}, "b": 2, **{"a": 3}},
            {*[1, 1]} | {2},
        ]


CASES = [{}]
