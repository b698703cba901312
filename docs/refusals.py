"""Writes docs/reference/refusals.md: every code with which the compiler refuses something. `make reference` runs this
module."""

from __future__ import annotations

import textwrap
from pathlib import Path

from warren.errors import RefusalCode
from warren.frontend.explanations import EXPLANATIONS, PRELUDE, explain

TARGET = Path(__file__).parent / "reference" / "refusals.md"

HEAD = """\
# Refusals

What the compiler cannot compile it refuses when the module is imported: all places at once, each with a code, a reason
and what to write instead. `warren check MODULE` prints them as text, with `--json` as JSON and with `--github` as
annotations. `warren check --explain CODE` prints one section of this page. The language itself is described in
[the language](language.md).

| code | meaning |
|---|---|
"""

EXAMPLES = f"""\
All examples start with:

{textwrap.indent(PRELUDE, "    ", lambda line: bool(line.strip()))}"""


def render() -> str:
    """The text of the page."""
    rows = "".join(f"| [{code}](#{code}) | {_summary(code)} |\n" for code in RefusalCode)
    return "\n".join([HEAD + rows, EXAMPLES, *(explain(code) for code in RefusalCode)])


def _summary(code: RefusalCode) -> str:
    return EXPLANATIONS[code].meaning.partition(". ")[0].rstrip(".")


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
    print(f"wrote {TARGET}")  # noqa: T201 - a command's answer
