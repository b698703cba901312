"""What is known of one workflow while it is compiled: its functions and types, and what was noted for the checks.

Everything that compiles writes here and asks here. Must not know syntax, nor how anything is compiled.
"""

from __future__ import annotations

import ast
import typing
from collections.abc import Iterable
from types import FunctionType
from typing import Any

from warren.contracts.modules import importable_name
from warren.contracts.values import type_ref
from warren.errors import Diagnostic
from warren.frontend import refusals
from warren.frontend.annotations import spec_of
from warren.frontend.bindings import Binding
from warren.frontend.hints import hints_of
from warren.frontend.refusals import Refusal
from warren.frontend.sources import is_standard
from warren.frontend.typedefs import TypeRegistry
from warren.frontend.unit import Unit
from warren.ir.expressions import Expr
from warren.ir.workflow import Function
from warren.prelude.asyncio_names import coordination_in

_PURE_STANDARD: tuple[Any, ...] = (typing.assert_never,)
"""Functions of the standard library that are compiled like the user's own."""


class Compilation:
    """What compiling the workflow class `workflow` has found so far."""

    def __init__(self, workflow: type) -> None:
        self.workflow = workflow
        self.functions: dict[str, Function] = {}
        self.constants: dict[str, Expr] = {}
        self.registry = TypeRegistry(self.use_function)
        self.attribute_names: set[str] = set()
        """Names of attributes of values that are not known before the run."""
        self.attribute_sites: list[tuple[Unit, ast.AST, str]] = []
        """Where such an attribute is read."""
        self.attribute_stores: list[tuple[Unit, ast.AST, str]] = []
        """Where such an attribute is assigned or deleted."""
        self.private_sites: list[tuple[Unit, ast.AST, str]] = []
        """Where a name with an underscore is reached that is not one of `self`."""
        self.self_reads: list[tuple[Unit, ast.expr, str]] = []
        self.self_writes: dict[str, tuple[Unit, ast.expr]] = {}
        self.fixed: set[str] = set()
        """Attributes of the class that were read at compile time, so that `self` must not have its own."""
        self.bindings: dict[tuple[int, str], Binding] = {}
        """What names and attributes meant, by what has them and their name."""
        self.actions: dict[str, Binding] = {}
        """The actions that it calls, by key."""
        self.units: dict[str, Unit] = {}
        self.waiting: list[Unit] = []
        """The units that are to be compiled yet."""
        self._keys: dict[tuple[FunctionType, bool, type | None], str] = {}

    def use_function(self, function: FunctionType, *, is_method: bool = False, bound: type | None = None) -> str:
        """The key of a function, which will be compiled if it is not yet."""
        identity = (function, is_method, bound)
        key = self._keys.get(identity)
        if key is None:
            base = f"{importable_name(function.__module__)}:{function.__code__.co_qualname}"
            if bound is not None and bound is not self.workflow:
                base += f"[{type_ref(bound)}]"
            key, number = base, 1
            while key in self.units:
                number += 1
                key = f"{base}#{number}"
            self._keys[identity] = key
            self.units[key] = Unit(key, function, self.workflow, is_method=is_method, bound=bound)
            self.waiting.append(self.units[key])
        return key

    def use_signature(self, function: Any) -> None:
        """Make the classes that a signature names types of the workflow."""
        for annotation in hints_of(function).values():
            spec_of(annotation, self.registry.reference)

    def local_class(self, function: Any, names: Iterable[str]) -> str | None:
        """The class in the annotations of these parameters, or of the result, whose objects cannot leave their run."""
        hints = hints_of(function)
        return next((cls for name in (*names, "return") if (cls := coordination_in(hints.get(name)))), None)

    def is_async(self, key: str) -> bool:
        """Whether calling the function makes an awaitable."""
        return self.units[key].is_async

    def refusal_of_function(self, function: FunctionType, text: str) -> Refusal | None:
        """Why a function is not even tried."""
        if function in _PURE_STANDARD:
            return None
        if is_standard(function.__code__.co_filename):
            return refusals.refusal_of(function, text)
        return None

    def reason(self, key: str) -> Diagnostic | None:
        """Why a function cannot be compiled: the first refusal in it or in what it calls."""
        return self._reason(key, set())

    def _reason(self, key: str, seen: set[str]) -> Diagnostic | None:
        seen.add(key)
        unit = self.units[key]
        if unit.diagnostics:
            return unit.diagnostics[0]
        for called, _, _ in unit.calls:
            reason = None if called in seen else self._reason(called, seen)
            if reason is not None:
                return reason
        return None

    def reachable(self, wanted: list[str]) -> set[str]:
        """The keys of these functions, of those nested in them, and of all that they mention."""
        found: set[str] = set()
        stack = list(wanted)
        while stack:
            key = stack.pop()
            if key in found:
                continue
            found.add(key)
            found.update(self.units[key].nested_keys)
            stack.extend(called for called, _, _ in self.units[key].calls)
        return found
