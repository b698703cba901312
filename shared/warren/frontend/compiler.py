"""Compiling one workflow: the functions that it reaches, the types that it mentions, and every refusal among them.

Functions are compiled from a list of work, each once. Must not know syntax.
"""

from __future__ import annotations

from typing import Any

from warren.contracts import marks
from warren.errors import Diagnostic, RefusalCode
from warren.frontend import refusals
from warren.frontend.builder import Builder, Visitors
from warren.frontend.compilation import Compilation
from warren.frontend.diagnostics import diagnostic
from warren.frontend.expressions import EXPRESSIONS
from warren.frontend.functions import parameters
from warren.frontend.methods import MethodTable
from warren.frontend.patterns import PATTERNS
from warren.frontend.private_names import check_private_sites
from warren.frontend.refusals import Refusal
from warren.frontend.scopes import analyse
from warren.frontend.sources import FunctionNode, SourceUnavailable, is_library, source_of
from warren.frontend.statements import STATEMENTS
from warren.frontend.targets import TARGETS
from warren.frontend.unit import Unit
from warren.frontend.values import emit
from warren.ir.expressions import Const, Expr

_DEFAULT = Refusal(
    RefusalCode.SIGNATURE,
    "the default of {name} is not a plain constant",
    "make the default None, and write `if {name} is None: {name} = ...` in the function",
)


_VISITORS = Visitors(EXPRESSIONS, STATEMENTS, TARGETS, PATTERNS)


class Compiler:
    """Fills `compilation`: compiles what is asked for, then checks what can be judged only when all of it is known."""

    def __init__(self, compilation: Compilation) -> None:
        self._compilation = compilation
        self.methods = MethodTable(compilation)

    def run(self) -> None:
        """Compile everything that was asked for, and what that asks for."""
        while self._compilation.waiting or self.methods.find():
            while self._compilation.waiting:
                self._compile(self._compilation.waiting.pop(0))

    def _compile(self, unit: Unit) -> None:
        try:
            source, node = source_of(unit.function)
        except SourceUnavailable as error:
            recommendation = "define it in a module file that this process can read, and import it again"
            filename = unit.function.__code__.co_filename
            unit.diagnostics.append(
                Diagnostic(str(error), recommendation, filename=filename, code=RefusalCode.SOURCE_UNAVAILABLE)
            )
            return
        unit.source = source
        unit.scope = analyse(node)
        code = unit.function.__code__
        builder = Builder(
            self._compilation,
            _VISITORS,
            unit,
            source,
            unit.scope,
            key=unit.key,
            qualname=code.co_qualname,
            is_async=unit.is_async,
        )
        params = parameters(node, self._defaults(builder, node))
        name = code.co_name
        self._compilation.functions[unit.key] = builder.function(node, name, params)

    def _defaults(self, builder: Builder, node: FunctionNode) -> dict[str, Expr]:
        """The default values of the parameters, as they are now."""
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
        units = self._compilation.units
        needed = self._compilation.reachable(roots)
        for unit in [unit for key, unit in units.items() if key in needed]:
            if self._is_shown(unit):
                found.extend(unit.diagnostics)
            if self._is_own(unit):
                found.extend(self._calls(unit))
        return found

    def _is_own(self, unit: Unit) -> bool:
        return unit.is_method or unit.bound is self._compilation.workflow

    def _is_shown(self, unit: Unit) -> bool:
        """A refusal inside a library is reported at the call, which is what the user can change."""
        return self._is_own(unit) or not is_library(unit.function.__code__.co_filename)

    def _calls(self, unit: Unit) -> list[Diagnostic]:
        found = []
        for key, node, text in unit.calls:
            if self._is_own(self._compilation.units[key]):
                continue
            reason = self._compilation.reason(key)
            if reason is not None:
                place = f"{reason.filename}:{reason.line}: " if reason.line else ""
                message = f"{text} cannot be compiled: {place}{reason.message}"
                instead = f"make {text} an @action and await it, or: {reason.recommendation}"
                code = RefusalCode.UNCOMPILABLE_CALL
                if marks.is_around_action(self._compilation.units[key].function):
                    code, instead = RefusalCode.DECORATOR, refusals.AROUND_ACTION.recommendation
                refusal = Refusal(code, message, instead)
                found.append(diagnostic(unit.source, node, refusal))
        return found

    def _check_self(self) -> None:
        compilation = self._compilation
        name_of_class = compilation.workflow.__name__
        check_private_sites(compilation)
        for unit, node, name in compilation.self_reads:
            if name not in compilation.self_writes:
                unit.diagnostics.append(diagnostic(unit.source, node, _unassigned(name, name_of_class)))
        for name, (unit, node) in compilation.self_writes.items():
            if name in compilation.fixed:
                unit.diagnostics.append(diagnostic(unit.source, node, _FIXED.named(name)))


_FIXED = Refusal(
    RefusalCode.ASSIGNMENT,
    "self.{name} is a part of the class that was compiled in, and cannot be assigned",
    "assign to an attribute with a name of its own",
)


def _unassigned(name: str, name_of_class: str) -> Refusal:
    return Refusal(
        RefusalCode.UNDEFINED_NAME,
        f"self.{name} is never assigned, and {name_of_class} has no such attribute",
        f"assign it in __init__ or in a method, or add a class constant `{name} = ...`",
    )
