"""What a workflow can be asked: signals, whose handlers are methods, queries and updates, which are methods themselves.

Payloads and parameters are described as those of `run()` are. Must not know how a request is declared or sent.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from warren.frontend.annotations import spec_of
from warren.frontend.compilation import Compilation
from warren.frontend.hints import hints_of
from warren.ir.workflow import QueryDef, SignalDef, UpdateDef


@dataclass(frozen=True, slots=True)
class DeclaredSignal:
    """A signal that a workflow class takes: with a `handler`, a plain method; else into a mailbox of this type."""

    name: str
    payload_type: Any = Any
    handler: Any = None


@dataclass(frozen=True, slots=True)
class DeclaredRequests:
    """All that a workflow class takes and answers; the class of the mailboxes of signals without a handler, and the
    methods that are queries and updates, by name. An update's is a pair: the method and its validator, or None.
    """

    signals: Sequence[DeclaredSignal]
    mailbox: type
    queries: Mapping[str, Any]
    updates: Mapping[str, tuple[Any, Any]]


@dataclass(slots=True)
class CompiledRequests:
    """What they were compiled to; `roots` are the functions that they need, `problems` what is wrong with a method."""

    signals: tuple[SignalDef, ...] = ()
    queries: tuple[QueryDef, ...] = ()
    updates: tuple[UpdateDef, ...] = ()
    roots: list[str] = field(default_factory=list)
    problems: list[tuple[Any, str]] = field(default_factory=list)


def compile_requests(compilation: Compilation, declared: DeclaredRequests) -> CompiledRequests:
    """Compile all that a workflow can be asked."""
    made = CompiledRequests()
    made.signals = tuple(_signal(compilation, one, declared.mailbox, made) for one in declared.signals)
    made.queries = tuple(
        QueryDef(name, *_method(compilation, method, made, called=name + ".{}"))
        for name, method in declared.queries.items()
    )
    made.updates = tuple(
        _update(compilation, name, method, validator, made) for name, (method, validator) in declared.updates.items()
    )
    return made


def _signal(compilation: Compilation, declared: DeclaredSignal, mailbox: type, made: CompiledRequests) -> SignalDef:
    if declared.handler is None:
        compilation.registry.use(mailbox)
        compilation.attribute_names.add("put_nowait")
        return SignalDef(declared.name, spec_of(declared.payload_type, compilation.registry.reference))
    key, parameters = _method(compilation, declared.handler, made, called=declared.name)
    spec = next(iter(parameters.values()), "none")
    return SignalDef(declared.name, spec, key, takes_payload=bool(parameters))


def _update(compilation: Compilation, name: str, method: Any, validator: Any, made: CompiledRequests) -> UpdateDef:
    key, parameters = _method(compilation, method, made, called=name + ".{}")
    check = ""
    if validator is not None:
        check = compilation.use_function(validator, is_method=True)
        made.roots.append(check)
    return UpdateDef(name, key, parameters, check)


def _method(
    compilation: Compilation, method: Any, made: CompiledRequests, *, called: str
) -> tuple[str, dict[str, Any]]:
    """The key of a method, and the type specs of its parameters, which problems are `called` so, without `self`."""
    key = compilation.use_function(method, is_method=True)
    made.roots.append(key)
    parameters = list(inspect.signature(method).parameters)[1:]
    unresolved: dict[str, str] = {}
    hints = hints_of(method, unresolved)
    found = [one for one in parameters if one in unresolved]
    made.problems += [(method, f"{called.format(one)} cannot be resolved: {unresolved[one]}") for one in found]
    return key, {one: spec_of(hints.get(one, Any), compilation.registry.reference) for one in parameters}
