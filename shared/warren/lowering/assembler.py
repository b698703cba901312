"""From a linear list of instructions with labels to a graph of numbered nodes.

Lowering emits instructions in source order, each falling through to the next, with labels and jumps in between; the
assembler threads the jumps, joins neighbouring pure code, drops what cannot be reached and numbers the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from warren.errors import InternalError
from warren.ir.base import Span
from warren.ir.program import AwaitNode, BranchNode, CodeNode, GraphNode, HandlerNode, LoopNode, SwitchNode
from warren.ir.statements import Stmt


@dataclass(slots=True, eq=False)
class Label:
    """A place in the instruction list."""

    index: int = -1


@dataclass(slots=True)
class _Instruction:
    """A node to be: its class, its fields (labels in place of node numbers), whether it falls through to the next."""

    cls: type[GraphNode] | None
    fields: dict[str, Any]
    handler: Label | None
    span: Span | None
    goes_to: Label | None = None


_FALLS_THROUGH = (CodeNode, AwaitNode, HandlerNode)


@dataclass(slots=True)
class Assembler:
    """Collects instructions. `handler` is the label that takes exceptions of what is emitted next."""

    handler: Label | None = None
    _instructions: list[_Instruction] = field(default_factory=list)

    def place(self, label: Label) -> None:
        """Let `label` be here."""
        label.index = len(self._instructions)

    def jump(self, label: Label) -> None:
        """Go on at `label`."""
        self._instructions.append(_Instruction(None, {}, self.handler, None, goes_to=label))

    def code(self, *statements: Stmt) -> None:
        """Run pure statements."""
        span = next((statement.span for statement in statements if statement.span is not None), None)
        self.emit(CodeNode, span, body=statements)

    def emit(self, cls: type[GraphNode], span: Span | None, **fields: Any) -> None:
        """Add a node; targets among the fields are labels; `next` is what follows, where the class has it."""
        self._instructions.append(_Instruction(cls, fields, self.handler, span))

    def assemble(self) -> tuple[GraphNode, ...]:
        """Make the graph; node 0 is the first instruction's."""
        leaders = self._leaders()
        order: list[int] = []
        number: dict[int, int] = {}
        absorbed: dict[int, tuple[tuple[Stmt, ...], int]] = {}
        queue = [self._settle(0)]
        while queue:
            index = queue.pop()
            if index in number:
                continue
            number[index] = len(order)
            order.append(index)
            if self._instructions[index].cls is CodeNode:
                absorbed[index] = self._absorb(index, leaders)
            queue.extend(reversed(self._successors(index, absorbed)))
        return tuple(self._make(index, number, absorbed) for index in order)

    def _settle(self, index: int) -> int:
        """Follow jumps from an instruction index to a real instruction."""
        seen = set()
        while index < len(self._instructions) and self._instructions[index].cls is None:
            if index in seen:
                return index
            seen.add(index)
            label = self._instructions[index].goes_to
            assert label is not None
            index = label.index
        if index >= len(self._instructions) or index < 0:
            raise InternalError("a jump leads out of the function")
        return index

    def _leaders(self) -> set[int]:
        """Instructions that something jumps to, so that code before them cannot absorb them."""
        found = set()
        for instruction in self._instructions:
            for label in (instruction.goes_to, instruction.handler, *self._labels(instruction)):
                if label is not None:
                    found.add(self._settle(label.index))
        return found

    @staticmethod
    def _labels(instruction: _Instruction) -> list[Label]:
        labels = [value for value in instruction.fields.values() if isinstance(value, Label)]
        if instruction.cls is SwitchNode:
            labels.extend(instruction.fields["targets"])
        return labels

    def _absorb(self, index: int, leaders: set[int]) -> tuple[tuple[Stmt, ...], int]:
        """Join the code that follows with the same handler; returns the statements and what comes after them."""
        first = self._instructions[index]
        statements = list(first.fields["body"])
        following = self._settle(index + 1)
        while following not in leaders:
            instruction = self._instructions[following]
            if instruction.cls is not CodeNode or instruction.handler is not first.handler:
                break
            statements.extend(instruction.fields["body"])
            following = self._settle(following + 1)
        return tuple(statements), following

    def _successors(self, index: int, absorbed: dict[int, tuple[tuple[Stmt, ...], int]]) -> list[int]:
        instruction = self._instructions[index]
        found = [self._settle(label.index) for label in self._labels(instruction)]
        if instruction.cls is CodeNode:
            found.insert(0, absorbed[index][1])
        elif instruction.cls in _FALLS_THROUGH:
            found.insert(0, self._settle(index + 1))
        if instruction.handler is not None:
            found.append(self._settle(instruction.handler.index))
        return found

    def _make(self, index: int, number: dict[int, int], absorbed: dict[int, tuple[tuple[Stmt, ...], int]]) -> GraphNode:
        instruction = self._instructions[index]
        cls = instruction.cls
        assert cls is not None
        fields: dict[str, Any] = {}
        for name, value in instruction.fields.items():
            if isinstance(value, Label):
                fields[name] = number[self._settle(value.index)]
            elif name == "targets":
                fields[name] = tuple(number[self._settle(label.index)] for label in value)
            else:
                fields[name] = value
        if cls is CodeNode:
            fields["body"], following = absorbed[index]
            fields["next"] = number[following]
        elif cls in _FALLS_THROUGH:
            fields["next"] = number[self._settle(index + 1)]
        handler = None if instruction.handler is None else number[self._settle(instruction.handler.index)]
        return cls(**fields, handler=handler, span=instruction.span)  # type: ignore[call-arg]  # each has its own fields


def targets_of(node: GraphNode) -> list[int]:
    """The nodes that may come after `node` when nothing is raised."""
    match node:
        case CodeNode() | AwaitNode() | HandlerNode():
            return [node.next]
        case BranchNode():
            return [node.then, node.orelse]
        case LoopNode():
            return [node.body, node.exit]
        case SwitchNode():
            return list(dict.fromkeys(node.targets))
        case _:
            return []
