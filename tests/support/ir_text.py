"""The IR as text that a person can read in a review: one statement a line, nearly Python, every name resolved.

What is not Python: `@len` is what the engine provides; `action[...]`, `child[...]`, `fn[...]` and `type[...]` are what
a name stands for, `:x` being `x` of the workflow's own module; constants are their tagged JSON; `...name=value` is a
field that has not its default. It is for reading only: nothing parses it. It shows every field of every node but those
in `LEFT_OUT` (a test keeps it so).
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from warren.ir import expressions as e
from warren.ir import statements as s
from warren.ir import workflow as w
from warren.ir.base import Node

LEFT_OUT = frozenset({"span", "filename", "source"})
"""Where the code stood; the content hash leaves it out as well."""

_OPERATIONS = (e.Unary, e.Binary, e.Bool, e.Compare, e.Conditional, e.Walrus, e.Await, e.Starred)


def workflow_text(ir: w.WorkflowIR) -> str:
    """The whole workflow; after the first line its module's name is left away."""
    head, *rest = _workflow(ir)
    module, colon, _ = ir.ref.partition(":")
    return "\n".join([head, *(line.replace(module + colon, colon) for line in rest)]) + "\n"


def node_text(node: Node) -> str:
    """Any node, as it stands in a workflow's text."""
    if isinstance(node, w.WorkflowIR):
        return "\n".join(_workflow(node))
    if isinstance(node, s.Stmt | s.MatchCase | s.ExceptHandler):
        return "\n".join(_LINES[type(node)](node))
    if isinstance(node, w.TypeDef | w.Function):
        return "\n".join(_BLOCKS[type(node)](node))
    return _TEXTS[type(node)](node)


# --- expressions ------------------------------------------------------------------------------------------------------


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True)


def _text(node: Node) -> str:
    return _TEXTS[type(node)](node)


def _inner(node: Node) -> str:
    """With parentheses where an operand is an operation itself."""
    return f"({_text(node)})" if isinstance(node, _OPERATIONS) else _text(node)


def _list(nodes: Iterable[Node]) -> str:
    return ", ".join(_text(node) for node in nodes)


def _compare(node: e.Compare) -> str:
    return " ".join(
        [_inner(node.left), *(f"{op} {_inner(right)}" for op, right in zip(node.ops, node.rights, strict=False))]
    )


def _call(node: e.Call) -> str:
    return f"{_inner(node.func)}({', '.join(map(_text, (*node.args, *node.keywords)))})"


def _comprehension(node: e.Comprehension) -> str:
    value = "" if node.value is None else f": {_text(node.value)}"
    return f"{node.kind}[{_text(node.element)}{value} {' '.join(map(_text, node.generators))}]"


def _param(node: e.Param) -> str:
    name = node.name if node.kind == "normal" else f"{node.kind} {node.name}"
    return name if node.default is None else f"{name}={_text(node.default)}"


def _slice(node: e.Slice) -> str:
    parts = ["" if part is None else _text(part) for part in (node.lower, node.upper, node.step)]
    return ":".join(parts)


def _formatted(node: e.FormattedValue) -> str:
    spec = "" if node.spec is None else f":{_text(node.spec)}"
    return f"{{{_text(node.value)}{'' if node.conversion is None else f'!{node.conversion}'}{spec}}}"


def _generator(node: e.Generator) -> str:
    conditions = "".join(f" if {_text(condition)}" for condition in node.conditions)
    return f"for {_text(node.target)} in {_text(node.iterable)}{conditions}"


def _action(node: e.ActionRef) -> str:
    queue = "" if node.queue == "default" else f" on {node.queue}"
    return f"action[{node.action}({_list(node.params)}){queue}]"


def _class_pattern(node: s.MatchClass) -> str:
    keywords = zip(node.keyword_names, map(_text, node.keyword_patterns), strict=False)
    return f"{_text(node.cls)}({', '.join([*map(_text, node.patterns), *map('='.join, keywords)])})"


def _mapping_pattern(node: s.MatchMapping) -> str:
    items = [f"{_text(key)}: {_text(one)}" for key, one in zip(node.keys, node.patterns, strict=False)]
    return f"{{{', '.join([*items, *([] if node.rest is None else [f'**{node.rest}'])])}}}"


def _as_pattern(node: s.MatchAs) -> str:
    name = "_" if node.name is None else node.name
    return name if node.pattern is None else f"({_text(node.pattern)} as {name})"


def _with_options(node: Any, text: str, *shown: str) -> str:
    """`text`, and the fields that are not in it and have not their default."""
    options = []
    for field in dataclasses.fields(node):
        value = getattr(node, field.name)
        default = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
        if field.name not in LEFT_OUT and field.name not in shown and value != default:
            options.append(f"{field.name}={_option(value)}")
    return " ...".join([text, *options])


def _option(value: Any) -> str:
    if isinstance(value, Node):
        return _text(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_option(part)}" for name, part in value.items()) + "}"
    return " ".join(value) if isinstance(value, tuple) else str(value)


_TEXTS: dict[type[Node], Callable[[Any], str]] = {
    e.Const: lambda node: _json(node.encoded),
    e.Local: lambda node: node.name,
    e.ActionRef: _action,
    e.ChildRef: lambda node: f"child[{node.workflow}({_list(node.params)})]",
    e.FunctionRef: lambda node: f"fn[{node.function}]",
    e.TypeName: lambda node: f"type[{node.ref}]",
    e.Intrinsic: lambda node: f"@{node.name}",
    e.Attribute: lambda node: f"{_inner(node.value)}.{node.name}",
    e.Subscript: lambda node: f"{_inner(node.value)}[{_text(node.index)}]",
    e.Slice: _slice,
    e.Unary: lambda node: f"{node.op} {_inner(node.operand)}",
    e.Binary: lambda node: f"{_inner(node.left)} {node.op} {_inner(node.right)}",
    e.Bool: lambda node: f" {node.op} ".join(map(_inner, node.values)),
    e.Compare: _compare,
    e.Conditional: lambda node: f"{_inner(node.body)} if {_inner(node.test)} else {_inner(node.orelse)}",
    e.Walrus: lambda node: f"{node.name} := {_text(node.value)}",
    e.Starred: lambda node: f"*{_inner(node.value)}",
    e.Keyword: lambda node: f"**{_inner(node.value)}" if node.name is None else f"{node.name}={_text(node.value)}",
    e.Call: _call,
    e.Await: lambda node: f"await {_text(node.value)}",
    e.Display: lambda node: f"{node.kind}[{_list(node.items)}]",
    e.DictItem: lambda node: (
        f"**{_inner(node.value)}" if node.key is None else f"{_text(node.key)}: {_text(node.value)}"
    ),
    e.DictDisplay: lambda node: f"{{{_list(node.items)}}}",
    e.FormattedValue: _formatted,
    e.FormattedString: lambda node: f"f[{_list(node.parts)}]",
    e.Generator: _generator,
    e.Comprehension: _comprehension,
    e.Param: _param,
    e.MakeFunction: lambda node: f"closure[{', '.join([node.function, *map(_text, node.defaults)])}]",
    s.WithItem: lambda node: _text(node.context) + ("" if node.target is None else f" as {_text(node.target)}"),
    s.MatchValue: lambda node: f"{'is ' if node.identity else ''}{_text(node.value)}",
    s.MatchSequence: lambda node: f"[{_list(node.patterns)}]",
    s.MatchStar: lambda node: f"*{'_' if node.name is None else node.name}",
    s.MatchMapping: _mapping_pattern,
    s.MatchClass: _class_pattern,
    s.MatchOr: lambda node: " | ".join(map(_text, node.patterns)),
    s.MatchAs: _as_pattern,
    w.FieldDef: lambda node: _with_options(node, f"{node.name}: {_json(node.spec)}", "name", "spec"),
    w.Member: lambda node: _with_options(node, f"{node.name} = {_text(node.value)}", "name", "value"),
    w.SignalDef: lambda node: _with_options(node, f"signal {node.name}: {_json(node.spec)}", "name", "spec"),
    w.QueryDef: lambda node: f"query {node.name}: {node.method}({_json(node.parameters)})",
    w.UpdateDef: lambda node: (
        f"update {node.name}: {node.method}({_json(node.parameters)})"
        + (f" if {node.validator}" if node.validator else "")
    ),
}

# --- statements -------------------------------------------------------------------------------------------------------


def _block(*heads_and_bodies: tuple[str, s.Body]) -> Iterator[str]:
    """A compound statement: each head with what is indented below it."""
    for head, body in heads_and_bodies:
        yield f"{head}:"
        for statement in body:
            yield from (f"    {line}" for line in _LINES[type(statement)](statement))


def _optional(head: str, body: s.Body) -> list[tuple[str, s.Body]]:
    return [(head, body)] if body else []


def _line(text: Callable[[Any], str]) -> Callable[[Any], Iterator[str]]:
    return lambda node: iter([text(node)])


def _raise(node: s.Raise) -> str:
    error = "" if node.error is None else f" {_text(node.error)}"
    return f"raise{error}" + ("" if node.cause is None else f" from {_text(node.cause)}")


def _except(node: s.ExceptHandler) -> Iterator[str]:
    types = "" if node.types is None else f" {_text(node.types)}"
    yield from _block((f"except{types}" + ("" if node.name is None else f" as {node.name}"), node.body))


def _try(node: s.Try) -> Iterator[str]:
    yield from _block(("try", node.body))
    for handler in node.handlers:
        yield from _except(handler)
    yield from _block(*_optional("else", node.orelse), *_optional("finally", node.final))


def _case(node: s.MatchCase) -> Iterator[str]:
    guard = "" if node.guard is None else f" if {_text(node.guard)}"
    yield from _block((f"case {_text(node.pattern)}{guard}", node.body))


def _match(node: s.Match) -> Iterator[str]:
    yield f"match {_text(node.subject)}:"
    for case in node.cases:
        yield from (f"    {line}" for line in _case(case))


_LINES: dict[type[Node], Callable[[Any], Iterator[str]]] = {
    s.Assign: _line(lambda node: " = ".join(map(_text, (*node.targets, node.value)))),
    s.AugAssign: _line(lambda node: f"{_text(node.target)} {node.op}= {_text(node.value)}"),
    s.ExprStmt: _line(lambda node: _text(node.value)),
    s.Delete: _line(lambda node: f"del {_list(node.targets)}"),
    s.If: lambda node: _block((f"if {_text(node.test)}", node.body), *_optional("else", node.orelse)),
    s.While: lambda node: _block((f"while {_text(node.test)}", node.body), *_optional("else", node.orelse)),
    s.For: lambda node: _block((_generator_head(node), node.body), *_optional("else", node.orelse)),
    s.ExceptHandler: _except,
    s.Try: _try,
    s.Raise: _line(_raise),
    s.Return: _line(lambda node: "return" if node.value is None else f"return {_text(node.value)}"),
    s.Break: _line(lambda _: "break"),
    s.Continue: _line(lambda _: "continue"),
    s.Pass: _line(lambda _: "pass"),
    s.Assert: _line(
        lambda node: f"assert {_text(node.test)}" + ("" if node.message is None else f", {_text(node.message)}")
    ),
    s.AsyncWith: lambda node: _block((f"async with {_text(node.item)}", node.body)),
    s.MatchCase: _case,
    s.Match: _match,
}


def _generator_head(node: s.For) -> str:
    return f"for {_text(node.target)} in {_text(node.iterable)}"


# --- the workflow -----------------------------------------------------------------------------------------------------


def _function(node: w.Function) -> Iterator[str]:
    head = f"{'async ' if node.is_async else ''}def {node.name} ({node.qualname})({_list(node.params)})"
    names = [f"{kind} {' '.join(getattr(node, kind))}" for kind in ("locals", "cells", "free") if getattr(node, kind)]
    yield from _block((" ...".join([head, *names]), node.body))


def _type(node: w.TypeDef) -> Iterator[str]:
    inside = ("fields", "members", "computed")
    yield _with_options(node, f"{node.kind} {node.ref} ({' '.join(node.bases)})", "kind", "ref", "bases", *inside)
    for name in inside:
        yield from (f"    {name.removesuffix('s')} {_text(part)}" for part in getattr(node, name))


def _workflow(node: w.WorkflowIR) -> Iterator[str]:
    concurrent = " ...concurrent" if node.concurrent else ""
    yield f"workflow {node.name} ({node.ref}), entry {node.entry}{concurrent}"
    yield from (f"parameter {name}: {_json(spec)}" for name, spec in node.parameters.items())
    yield f"returns {_json(node.returns)}"
    yield from map(_text, (*node.signals, *node.queries, *node.updates))
    for kind, parts in (("type", node.types), ("fn", node.functions)):
        for key, part in parts.items():
            yield f"\n{kind}[{key}]"
            yield from _BLOCKS[type(part)](part)


_BLOCKS: dict[type[Node], Callable[[Any], Iterator[str]]] = {w.Function: _function, w.TypeDef: _type}
