"""The signals of a workflow: their handlers are compiled as methods, their payloads described as parameters are.

Must not know how a signal is declared or sent.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from warren.frontend.annotations import spec_of
from warren.frontend.compilation import Compilation
from warren.frontend.hints import hints_of
from warren.ir.workflow import SignalDef


@dataclass(frozen=True, slots=True)
class DeclaredSignal:
    """A signal that a workflow class takes: with a `handler`, a plain method; else into a mailbox of this type."""

    name: str
    payload_type: Any = Any
    handler: Any = None


@dataclass(frozen=True, slots=True)
class DeclaredSignals:
    """All that a workflow class takes, and the class of the mailboxes of those without a handler."""

    signals: Sequence[DeclaredSignal]
    mailbox: type


def compile_signals(
    compilation: Compilation, declared: DeclaredSignals
) -> tuple[tuple[SignalDef, ...], list[str], list[str]]:
    """The signals, the keys of the functions that they need, and what is wrong with payloads' types."""
    made: list[SignalDef] = []
    roots: list[str] = []
    problems: list[str] = []
    use = compilation.registry.reference
    for one in declared.signals:
        if one.handler is None:
            compilation.registry.use(declared.mailbox)
            compilation.attribute_names.add("put_nowait")
            made.append(SignalDef(one.name, spec_of(one.payload_type, use)))
            continue
        key = compilation.use_function(one.handler, is_method=True)
        roots.append(key)
        parameters = list(inspect.signature(one.handler).parameters)[1:]
        unresolved: dict[str, str] = {}
        hints = hints_of(one.handler, unresolved)
        if parameters and parameters[0] in unresolved:
            problems.append(f"{one.name} cannot be resolved: {unresolved[parameters[0]]}")
        spec = spec_of(hints.get(parameters[0], Any), use) if parameters else "none"
        made.append(SignalDef(one.name, spec, key, takes_payload=bool(parameters)))
    return tuple(made), roots, problems
