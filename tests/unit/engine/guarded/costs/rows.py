"""The cost table of the language, read from the text files beside this module.

A row of it says of some callables, operators or kinds of nodes what their time and memory grow with, which part of the
engine takes that from the budget, and programs that drive them to their limit. In a program `{f}` is the name as the
row has it, `{m}` its last part. What stands before a line `---` is run once, in a transition of its own; what stands
after it again and again. The first program is run for each name of the row, the others for the first name. Programs of
rows that are linear in nothing are parts of one endless loop.
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass
from pathlib import Path

NOTHING = "nothing"
TABLES = ("syntax", "functions", "methods")
_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Row:
    """One row: names, what they are linear in, the dotted path of what counts it within `warren.engine`, programs."""

    table: str
    names: tuple[str, ...]
    linear: str
    counted: str
    programs: tuple[str, ...]

    def each(self) -> dict[str, str]:
        """Texts of the programs by names of their own."""
        if self.linear == NOTHING:
            return {f"{self.names[0]} and others": f"while True:\n{_indented(chr(10).join(self.programs))}"}
        found = {name: self._text(self.programs[0], name) for name in self.names}
        for number, program in enumerate(self.programs[1:], 2):
            found[f"{self.names[0]}, {number}"] = self._text(program, self.names[0])
        return found

    def _text(self, program: str, name: str) -> str:
        written = name.replace("-", " ") if name in {"not-in", "is-not"} else name
        text = program.replace("{f}", written).replace("{m}", name.rpartition(".")[2])
        before, line, after = text.partition("\n---\n")
        return f"{before}\nawait act(0)\nwhile True:\n{_indented(after)}" if line else text


@functools.cache
def rows(table: str) -> tuple[Row, ...]:
    """All rows of a table."""
    text = (_FOLDER / f"{table}.txt").read_text()
    return tuple(_row(table, part) for part in f"\n{text}".split("\n== ")[1:])


def programs(table: str) -> dict[str, str]:
    """All programs of a table by name, but those of what this version of Python has not got."""
    found = {name: text for row in rows(table) for name, text in row.each().items()}
    return {name: text for name, text in found.items() if name != "itertools.batched" or hasattr(itertools, "batched")}


def _row(table: str, text: str) -> Row:
    head, *parts = text.split("\nprogram:\n")
    names, _, rest = head.partition("\nlinear in: ")
    linear, _, counted = rest.partition("\ncounted in: ")
    bodies = ["\n".join(line[4:] for line in part.rstrip("\n").split("\n")) for part in parts]
    return Row(table, tuple(names.split()), linear, counted.strip(), tuple(bodies))


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))
