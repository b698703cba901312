"""The intermediate representation: expressions, statements, functions and types with their source places, and JSON."""

from warren.ir.base import Node, Span, content_hash, from_json, to_json
from warren.ir.workflow import FieldDef, Function, Member, TypeDef, WorkflowIR

__all__ = [
    "FieldDef",
    "Function",
    "Member",
    "Node",
    "Span",
    "TypeDef",
    "WorkflowIR",
    "content_hash",
    "from_json",
    "to_json",
]
