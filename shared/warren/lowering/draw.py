"""A program as a picture for people: the steps that its author wrote, joined by what may come next.

What the lowering put between the author's lines (temporaries, clean-up of an `except` name, jumps at the end of a
`finally`) is left out unless asked for, and paths lead through it. Source lines come from the caller; nothing is read
here. Must not know how a picture is shown: `mermaid` and `dot` turn it into text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from warren.ir import expressions as ex
from warren.ir.base import Node
from warren.ir.intrinsics import PRELUDE_PACKAGE
from warren.ir.program import (
    AsyncFunction,
    AwaitNode,
    BranchNode,
    CodeNode,
    GraphNode,
    HandlerNode,
    LoopNode,
    Program,
    RaiseNode,
    ReturnNode,
    SwitchNode,
)
from warren.ir.statements import Raise

SourceLine = Callable[[str, int], str]
"""Text of a line (from 1) of a file, or an empty string."""

_LONGEST_LABEL: Final = 60
_SYMBOLS = {
    "action": "",
    "sleep": "sleep: ",
    "gather": "gather: ",
    "call": "call: ",
    "run_action": "",
    "child": "run: ",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A vertex. `kind` is start, await, code, branch, loop, except, jump, return, raise; `line` counts from 1."""

    id: str
    kind: str
    label: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one step to another; `kind` is next, error (an exception) or call (into a function's drawing)."""

    source: str
    target: str
    label: str = ""
    kind: str = "next"


@dataclass(frozen=True, slots=True)
class Drawing:
    """One function."""

    name: str
    steps: tuple[Step, ...]
    arrows: tuple[Arrow, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A workflow: its functions, `run()` first, and the calls between them."""

    workflow: str
    version: str
    functions: tuple[Drawing, ...]
    calls: tuple[Arrow, ...]


def draw(program: Program, *, source_line: SourceLine, technical: bool = False) -> Picture:
    """Draw a program without what is Warren's own in it; `technical` shows every node as it is."""
    others = (key for key in program.functions if technical or not key.startswith(f"{PRELUDE_PACKAGE}."))
    keys = [program.entry, *(key for key in others if key != program.entry)]
    graphs = {key: function for key in keys if isinstance(function := program.functions[key], AsyncFunction)}
    prefixes = {key: f"f{number}" for number, key in enumerate(graphs)}
    drawings = []
    calls: list[Arrow] = []
    for key, function in graphs.items():
        artist = _Artist(function, prefixes[key], source_line, technical=technical)
        drawings.append(artist.drawing())
        for number, callee in artist.calls():
            if callee in prefixes:
                calls.append(Arrow(f"{prefixes[key]}n{number}", f"{prefixes[callee]}start", kind="call"))
    return Picture(program.workflow, program.version, tuple(drawings), tuple(calls))


class _Artist:
    """Draws one function."""

    def __init__(self, function: AsyncFunction, prefix: str, source_line: SourceLine, *, technical: bool) -> None:
        self._function = function
        self._nodes = function.nodes
        self._prefix = prefix
        self._source_line = source_line
        self._technical = technical

    def drawing(self) -> Drawing:
        parameters = ", ".join(param.name for param in self._function.params if param.name != "self")
        steps = [Step(f"{self._prefix}start", "start", f"{self._function.name}({parameters})")]
        arrows = self._arrows(f"{self._prefix}start", "", 0)
        seen: set[int] = set()
        waiting = [0]
        while waiting:
            for number in self._visible(waiting.pop(0)):
                if number in seen:
                    continue
                seen.add(number)
                node = self._nodes[number]
                steps.append(self._step(number, node))
                for label, target in _exits(node):
                    arrows += self._arrows(self._id(number), label, target)
                    waiting.append(target)
                if self._may_raise(node) and node.handler is not None:
                    arrows += self._arrows(self._id(number), "", node.handler, kind="error")
                    waiting.append(node.handler)
        unique = dict.fromkeys(arrow for arrow in arrows if arrow.source != arrow.target or arrow.kind == "next")
        return Drawing(self._function.qualname, tuple(steps), tuple(unique))

    def calls(self) -> list[tuple[int, str]]:
        """Which await nodes call which functions of the workflow."""
        return [
            (number, key)
            for number, node in enumerate(self._nodes)
            if isinstance(node, AwaitNode) and node.kind in {"call", "gather"}
            for key in sorted(_called(node.value))
        ]

    def _id(self, number: int) -> str:
        return f"{self._prefix}n{number}"

    def _arrows(self, source: str, label: str, target: int, *, kind: str = "next") -> list[Arrow]:
        return [Arrow(source, self._id(number), label, kind) for number in self._visible(target)]

    def _visible(self, number: int) -> list[int]:
        """The first nodes from here on that an author would recognise; none where only clean-up follows."""
        found: dict[int, None] = {}
        passed: set[int] = set()
        waiting = [number]
        while waiting:
            current = waiting.pop(0)
            if current in passed:
                continue
            passed.add(current)
            node = self._nodes[current]
            if self._technical:
                found[current] = None
            elif isinstance(node, CodeNode) and node.span is None:
                waiting.append(node.next)
            elif isinstance(node, HandlerNode):
                if self._visible(node.next):
                    found[current] = None
            elif isinstance(node, SwitchNode):
                waiting += node.targets
            elif not isinstance(node, RaiseNode):
                found[current] = None
        return list(found)

    def _may_raise(self, node: GraphNode) -> bool:
        if self._technical or isinstance(node, AwaitNode):
            return True
        return isinstance(node, CodeNode) and any(isinstance(statement, Raise) for statement in node.body)

    def _step(self, number: int, node: GraphNode) -> Step:
        line = node.span.line if node.span is not None else None
        match node:
            case AwaitNode():
                kind, label = "await", _SYMBOLS.get(node.kind, f"{node.kind}: ") + (node.label or self._text(line))
            case BranchNode():
                kind, label = "branch", self._text(node.test.span.line if node.test.span else line)
            case LoopNode():
                kind, label = "loop", self._text(line)
            case HandlerNode():
                kind, label = "except", "except"
            case ReturnNode():
                kind, label = "return", self._text(line) if line is not None and node.value is not None else "return"
            case RaiseNode():
                kind, label = "raise", "raise"
            case SwitchNode():
                kind, label = "jump", "end of finally"
            case _:
                kind, label = "code", self._text(line) or "(internal)"
        return Step(self._id(number), kind, label, line)

    def _text(self, line: int | None) -> str:
        text = "" if line is None else self._source_line(self._function.filename, line).strip()
        text = text.removesuffix(":")
        if not text:
            return "" if line is None else f"line {line}"
        return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1] + "…"


def _exits(node: GraphNode) -> list[tuple[str, int]]:
    match node:
        case BranchNode():
            return [("yes", node.then), ("no", node.orelse)]
        case LoopNode():
            return [("each", node.body), ("done", node.exit)]
        case CodeNode() | AwaitNode() | HandlerNode():
            return [("", node.next)]
        case SwitchNode():
            return [("", target) for target in node.targets]
        case _:
            return []


def _called(node: Node) -> set[str]:
    """Keys of the workflow's own functions that an expression mentions."""
    found: set[str] = set()
    waiting: list[object] = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, tuple | list):
            waiting.extend(part)
        elif isinstance(part, Node):
            if isinstance(part, ex.FunctionRef):
                found.add(part.function)
            waiting.extend(getattr(part, name) for name in part.__dataclass_fields__)
    return found
