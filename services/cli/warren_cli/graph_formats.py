"""A workflow's picture as mermaid, dot, JSON or (with graphviz installed) SVG. Must not know where it goes."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import asdict
from typing import Final

from warren.errors import InvalidInput
from warren.lowering.draw import Arrow, Picture, Step

_MERMAID_SHAPES: Final = {
    "start": ("([", "])"),
    "return": ("([", "])"),
    "await": ("[[", "]]"),
    "branch": ("{", "}"),
    "loop": ("{{", "}}"),
    "except": (">", "]"),
}
_DOT_SHAPES: Final = {
    "start": "oval",
    "return": "oval",
    "await": "component",
    "branch": "diamond",
    "loop": "hexagon",
    "except": "cds",
}
_MERMAID_ARROWS: Final = {"next": "-->", "error": "-.->", "call": "-.->"}
_DOT_STYLES: Final = {"next": "solid", "error": "dashed", "call": "dotted"}


def render(picture: Picture, format: str) -> str:  # noqa: A002 - the option's name
    """The picture as `mermaid`, `dot`, `json` or `svg`; raises `InvalidInput` where svg cannot be had."""
    if format == "svg":
        return _svg(picture)
    return {"mermaid": as_mermaid, "dot": as_dot, "json": as_json}[format](picture)


def as_mermaid(picture: Picture) -> str:
    """A mermaid flowchart."""
    lines = ["flowchart TD"]
    for number, function in enumerate(picture.functions):
        indent = "    "
        if len(picture.functions) > 1:
            lines.append(f'    subgraph s{number}["{_mermaid_text(function.name)}"]')
            indent = "        "
        lines += [f"{indent}{_mermaid_step(step)}" for step in function.steps]
        lines += [f"{indent}{_mermaid_arrow(arrow)}" for arrow in function.arrows]
        if len(picture.functions) > 1:
            lines.append("    end")
    lines += [f"    {_mermaid_arrow(arrow)}" for arrow in picture.calls]
    return "\n".join(lines) + "\n"


def as_dot(picture: Picture) -> str:
    """A graphviz digraph."""
    lines = [f"digraph {_quoted(picture.workflow)} {{", '    node [fontname="monospace"];']
    for number, function in enumerate(picture.functions):
        lines.append(f"    subgraph cluster_{number} {{")
        lines.append(f"        label={_quoted(function.name)};")
        lines += [f"        {_dot_step(step)}" for step in function.steps]
        lines += [f"        {_dot_arrow(arrow)}" for arrow in function.arrows]
        lines.append("    }")
    lines += [f"    {_dot_arrow(arrow)}" for arrow in picture.calls]
    return "\n".join([*lines, "}"]) + "\n"


def as_json(picture: Picture) -> str:
    """The picture's own fields."""
    return json.dumps(asdict(picture), indent=2, ensure_ascii=False) + "\n"


def _svg(picture: Picture) -> str:
    program = shutil.which("dot")
    if program is None:
        raise InvalidInput(
            "svg needs graphviz, whose program `dot` is not on the PATH (apt install graphviz); "
            "--format mermaid needs nothing"
        )
    done = subprocess.run([program, "-Tsvg"], input=as_dot(picture), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise InvalidInput(f"graphviz failed: {done.stderr.strip()}")
    return done.stdout


def _mermaid_step(step: Step) -> str:
    before, after = _MERMAID_SHAPES.get(step.kind, ("[", "]"))
    return f'{step.id}{before}"{_mermaid_text(step.label)}"{after}'


def _mermaid_arrow(arrow: Arrow) -> str:
    label = "error" if arrow.kind == "error" else arrow.label
    middle = f'|"{_mermaid_text(label)}"|' if label else ""
    return f"{arrow.source} {_MERMAID_ARROWS[arrow.kind]}{middle} {arrow.target}"


def _mermaid_text(text: str) -> str:
    for letter in '#&"<>`':  # the first one is what the others are written with
        text = text.replace(letter, f"#{ord(letter)};")
    return text


def _dot_step(step: Step) -> str:
    return f"{step.id} [label={_quoted(step.label)}, shape={_DOT_SHAPES.get(step.kind, 'box')}];"


def _dot_arrow(arrow: Arrow) -> str:
    label = f", label={_quoted(arrow.label)}" if arrow.label else ""
    return f"{arrow.source} -> {arrow.target} [style={_DOT_STYLES[arrow.kind]}{label}];"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
