"""Compiling one workflow: the functions that it reaches, the types that it mentions, and every refusal among them.

Functions are compiled from a list of work, each once. Must not know syntax.
"""

from __future__ import annotations

import ast
import typing
from types import FunctionType
from typing import Any

from warren.contracts.modules import importable_name
from warren.contracts.values import type_ref
from warren.errors import Diagnostic
from warren.frontend import refusals
from warren.frontend.annotations import hints_of, spec_of
from warren.frontend.builder import Builder, parameters
from warren.frontend.diagnostics import diagnostic
from warren.frontend.methods import MethodTable, reachable
from warren.frontend.private_names import check_private_sites
from warren.frontend.refusals import Refusal
from warren.frontend.scopes import analyse
from warren.frontend.sources import FunctionNode, SourceUnavailable, is_library, is_standard, source_of
from warren.frontend.typedefs import TypeRegistry
from warren.frontend.unit import Unit
from warren.ir.expressions import Const, Expr
from warren.ir.workflow import Function

_PURE_STANDARD: tuple[Any, ...] = (typing.assert_never,)
"""Functions of the standard library that are compiled like the user's own."""


_DEFAULT = Refusal(
    "signature",
    "the default of {name} is not a plain constant",
    "make the default None, and write `if {name} is None: {name} = ...` in the function",
)


class Compiler:
    """What is known of the workflow `cls` while it is compiled."""

    def __init__(self, cls: type) -> None:
        self.workflow = cls
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
        self.units: dict[str, Unit] = {}
        self.methods = MethodTable(self)
        self._keys: dict[tuple[FunctionType, bool, type | None], str] = {}
        self._work: list[Unit] = []

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
            self._work.append(self.units[key])
        return key

    def use_signature(self, function: Any) -> None:
        """Make the classes that a signature names types of the workflow."""
        for annotation in hints_of(function).values():
            spec_of(annotation, self.registry.reference)

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

    def run(self) -> None:
        """Compile everything that was asked for, and what that asks for."""
        while self._work or self.methods.find():
            while self._work:
                self._compile(self._work.pop(0))

    def _compile(self, unit: Unit) -> None:
        try:
            source, node = source_of(unit.function)
        except SourceUnavailable as error:
            recommendation = "define it in a module file that this process can read, and import it again"
            filename = unit.function.__code__.co_filename
            unit.diagnostics.append(
                Diagnostic(str(error), recommendation, filename=filename, code="source-unavailable")
            )
            return
        unit.source = source
        unit.scope = analyse(node)
        code = unit.function.__code__
        builder = Builder(
            self,
            unit,
            source,
            unit.scope,
            key=unit.key,
            qualname=code.co_qualname,
            is_async=unit.is_async,
        )
        params = parameters(node, self._defaults(builder, node))
        name = code.co_name
        self.functions[unit.key] = builder.function(node, name, params)

    def _defaults(self, builder: Builder, node: FunctionNode) -> dict[str, Expr]:
        """The default values of the parameters, as they are now."""
        from warren.frontend.values import emit

        function, arguments = builder.unit.function, node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        values = function.__defaults__ or ()
        found = dict(zip([one.arg for one in positional[len(positional) - len(values) :]], values, strict=True))
        found |= function.__kwdefaults__ or {}
        written = dict(
            zip(
                [one.arg for one in positional[len(positional) - len(arguments.defaults) :]],
                arguments.defaults,
                strict=True,
            )
        )
        written |= {
            one.arg: value for one, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if value
        }
        compiled = {}
        for name, value in found.items():
            place: Any = written.get(name, node)
            compiled[name] = emit(builder, place, value, name)
            if not isinstance(compiled[name], Const):
                builder.refuse(place, _DEFAULT.named(name))
        return compiled

    # --- what is wrong ------------------------------------------------------------------------------------------------

    def diagnostics(self, roots: list[str]) -> list[Diagnostic]:
        """Every refusal, with one more at each call of a function that cannot be compiled.

        `roots` are the functions that the workflow certainly needs.
        """
        self._check_self()
        self.methods.refuse_uses()
        found: list[Diagnostic] = []
        needed = reachable(self.units, roots)
        for unit in [unit for key, unit in self.units.items() if key in needed]:
            if self._is_shown(unit):
                found.extend(unit.diagnostics)
            if self._is_own(unit):
                found.extend(self._calls(unit))
        return found

    def _is_own(self, unit: Unit) -> bool:
        return unit.is_method or unit.bound is self.workflow

    def _is_shown(self, unit: Unit) -> bool:
        """A refusal inside a library is told at the call, which is what the user can change."""
        return self._is_own(unit) or not is_library(unit.function.__code__.co_filename)

    def _calls(self, unit: Unit) -> list[Diagnostic]:
        found = []
        for key, node, text in unit.calls:
            if self._is_own(self.units[key]):
                continue
            reason = self.reason(key)
            if reason is not None:
                place = f"{reason.filename}:{reason.line}: " if reason.line else ""
                found.append(
                    diagnostic(
                        unit.source,
                        node,
                        code="uncompilable-call",
                        message=f"{text} cannot be compiled: {place}{reason.message}",
                        recommendation=f"make {text} an @action and await it, or: {reason.recommendation}",
                    )
                )
        return found

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

    def _check_self(self) -> None:
        check_private_sites(self)
        for unit, node, name in self.self_reads:
            if name not in self.self_writes:
                unit.diagnostics.append(
                    diagnostic(
                        unit.source,
                        node,
                        code="undefined-name",
                        message=f"self.{name} is never assigned, and {self.workflow.__name__} has no such attribute",
                        recommendation=f"assign it in __init__ or in a method, or add a class constant `{name} = ...`",
                    )
                )
        for name, (unit, node) in self.self_writes.items():
            if name in self.fixed:
                unit.diagnostics.append(
                    diagnostic(
                        unit.source,
                        node,
                        code="assignment",
                        message=f"self.{name} is a part of the class that was compiled in, and cannot be assigned",
                        recommendation="assign to an attribute with a name of its own",
                    )
                )
