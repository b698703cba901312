"""What a workflow can be asked: signals, whose handlers are compiled as methods, and queries, which are methods.

Payloads and parameters are described as those of `run()` are. Must not know how a request is declared or sent.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from warren.frontend.annotations import spec_of
from warren.frontend.compilation import Compilation
from warren.frontend.hints import hints_of
from warren.ir.workflow import QueryDef, SignalDef


@dataclass(frozen=True, slots=True)
class DeclaredSignal:
    """A signal that a workflow class takes: with a `handler`, a plain method; else into a mailbox of this type."""

    name: str
    payload_type: Any = Any
    handler: Any = None


@dataclass(frozen=True, slots=True)
class DeclaredRequests:
    """All that a workflow class takes and answers; the class of the mailboxes of signals without a handler, and the
    plain methods that are queries, by name.
    """

    signals: Sequence[DeclaredSignal]
    mailbox: type
    queries: Mapping[str, Any]


@dataclass(slots=True)
class CompiledRequests:
    """What they were compiled to; `roots` are the functions that they need, `problems` what is wrong with a method."""

    signals: tuple[SignalDef, ...] = ()
    queries: tuple[QueryDef, ...] = ()
    roots: list[str] = field(default_factory=list)
    problems: list[tuple[Any, str]] = field(default_factory=list)


def compile_requests(compilation: Compilation, declared: DeclaredRequests) -> CompiledRequests:
    """Compile all that a workflow can be asked."""
    made = CompiledRequests()
    made.signals = tuple(_signals(compilation, declared, made))
    made.queries = tuple(_query(compilation, name, method, made) for name, method in declared.queries.items())
    return made


def _query(compilation: Compilation, name: str, method: Any, made: CompiledRequests) -> QueryDef:
    key = compilation.use_function(method, is_method=True)
    made.roots.append(key)
    parameters = list(inspect.signature(method).parameters)[1:]
    unresolved: dict[str, str] = {}
    hints = hints_of(method, unresolved)
    found = [one for one in parameters if one in unresolved]
    made.problems += [(method, f"{name}.{one} cannot be resolved: {unresolved[one]}") for one in found]
    use = compilation.registry.reference
    return QueryDef(name, key, {one: spec_of(hints.get(one, Any), use) for one in parameters})


def _signals(compilation: Compilation, declared: DeclaredRequests, compiled: CompiledRequests) -> Iterator[SignalDef]:
    roots, problems = compiled.roots, compiled.problems
    use = compilation.registry.reference
    for one in declared.signals:
        if one.handler is None:
            compilation.registry.use(declared.mailbox)
            compilation.attribute_names.add("put_nowait")
            yield SignalDef(one.name, spec_of(one.payload_type, use))
            continue
        key = compilation.use_function(one.handler, is_method=True)
        roots.append(key)
        parameters = list(inspect.signature(one.handler).parameters)[1:]
        unresolved: dict[str, str] = {}
        hints = hints_of(one.handler, unresolved)
        if parameters and parameters[0] in unresolved:
            problems.append((one.handler, f"{one.name} cannot be resolved: {unresolved[parameters[0]]}"))
        spec = spec_of(hints.get(parameters[0], Any), use) if parameters else "none"
        yield SignalDef(one.name, spec, key, takes_payload=bool(parameters))
