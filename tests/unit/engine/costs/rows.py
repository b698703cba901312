"""The cost table of the language: what each callable and operator is linear in, and where that is counted.

A row names callables, what their time and memory grow with, the function of the engine that takes it from the budget
(empty where nothing grows), and programs that drive them to their limit. The tables are in the other modules here;
`test_table` keeps them complete, the other tests measure every program.
"""

from __future__ import annotations

from dataclasses import dataclass

NOTHING = "nothing"


@dataclass(frozen=True)
class Row:
    """Callables that cost the same. In a program `{f}` is the name as it is written, `{m}` its last part.

    What stands before a line `---` is run once, in a transition of its own; what stands after it again and again.
    """

    names: str
    linear: str
    counted: str
    programs: tuple[str, ...]

    def each(self) -> list[str]:
        """The names one by one."""
        return self.names.split()


def constant(names: str, *calls: str, counted: str = "") -> Row:
    """Callables whose cost does not depend on their arguments; the calls stand for all of them."""
    return Row(names, NOTHING, counted, calls)


def programs_of(rows: list[Row]) -> dict[str, str]:
    """Every program of the rows by a name of its own."""
    found: dict[str, str] = {}
    for row in rows:
        if row.linear == NOTHING:
            if row.programs:
                body = "\n".join(row.programs)
                found[f"{row.names.split()[0]} and others"] = f"while True:\n{_indented(body)}"
            continue
        for name in row.each():
            for number, program in enumerate(row.programs):
                key = name if len(row.programs) == 1 else f"{name} {number + 1}"
                found[key] = whole(
                    program.replace("{f}", name.replace("-", " ") if name in {"not-in", "is-not"} else name).replace(
                        "{m}", name.rpartition(".")[2]
                    )
                )
    return found


def whole(program: str) -> str:
    """A program's text: the first part, a transition, the second part in an endless loop."""
    before, line, after = program.partition("\n---\n")
    return f"{before}\nawait act(0)\nwhile True:\n{_indented(after)}" if line else program


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))


LIST = "xs = [0] * 4_000_000\n---\n"
MIXED = "xs = [n * 7919 % 400_009 for n in range(400_000)]\n---\n"
TEXT = "s = 'ab ' * 10_000_000\n---\n"
BYTES = "s = b'ab ' * 10_000_000\n---\n"
DICT = "d = dict.fromkeys(range(300_000))\n---\n"
SET = "d = set(range(300_000))\n---\n"
INT = "n = 3 ** 600_000\n---\n"
SMALL = "xs = [0] * 900\nd = dict.fromkeys(range(900))\ns = 'ab ' * 300\n---\n"
NESTED = "x = [0]\ny = [0]\nfor _ in range(60):\n    x = [x, x]\n    y = [y, y]\n"
TUPLES = "x = (0,)\ny = (0,)\nfor _ in range(60):\n    x = (x, x)\n    y = (y, y)\n"
COLLIDING = "ks = [k * (2**61 - 1) for k in range(50_000)]\nawait act(0)\n"
