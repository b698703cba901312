"""IR patterns to Python's own `match` syntax."""

from __future__ import annotations

import ast
from typing import Any

from warren.contracts.values import encode
from warren.engine.namespace import Global
from warren.engine.program.codegen.expressions import ExpressionCompiler
from warren.engine.program.codegen.syntax import STORE, assign, attribute, call, constant, name
from warren.errors import InternalError
from warren.ir import expressions as ex
from warren.ir import statements as st


class PatternCompiler(ExpressionCompiler):
    """Compiles the cases of `match` statements."""

    late: list[ast.stmt]
    """What must stand before the `match` statement that is being compiled."""

    def match(self, node: st.Match) -> list[ast.stmt]:
        """Compile a `match` statement."""
        outer, self.late = getattr(self, "late", []), []
        cases = [self.case(case) for case in node.cases]
        subject, depth = self.expr(node.subject), max(_copying_depth(case.pattern) for case in node.cases)
        if depth:
            subject = call(Global.TAKEN_APART, subject, constant(depth))
        made = [*self.late, ast.Match(subject, cases)]
        self.late = outer
        return made

    def block(self, statements: st.Body) -> list[ast.stmt]:
        """Compile a sequence of statements; the statement compiler has it."""
        raise NotImplementedError

    def case(self, node: st.MatchCase) -> ast.match_case:
        """Compile one case. A captured variable that lives in a cell is captured beside it and then put there."""
        kept: dict[str, str] = {}
        pattern = self._pattern(node.pattern, kept)
        guard = None if node.guard is None else self.expr(node.guard)
        if guard is not None and kept:
            puts: list[ast.expr] = [
                ast.Compare(call(Global.SET_CELL, name(cell), name(temporary)), [ast.Is()], [name(temporary)])
                for cell, temporary in kept.items()
            ]
            guard = ast.BoolOp(ast.And(), [*puts, guard])
        body = [assign(attribute(name(cell), "value", STORE), name(temporary)) for cell, temporary in kept.items()]
        return ast.match_case(pattern, guard, [*body, *self.block(node.body)])

    def _pattern(self, node: st.Pattern, kept: dict[str, str]) -> ast.pattern:
        match node:
            case st.MatchValue():
                return self._value_pattern(node)
            case st.MatchSequence():
                return ast.MatchSequence([self._pattern(part, kept) for part in node.patterns])
            case st.MatchStar():
                return ast.MatchStar(self._capture(node.name, kept))
            case st.MatchMapping():
                keys = [self._key(key) for key in node.keys]
                patterns = [self._pattern(part, kept) for part in node.patterns]
                return ast.MatchMapping(keys, patterns, self._capture(node.rest, kept))
            case st.MatchClass():
                patterns = [self._pattern(part, kept) for part in node.patterns]
                keyword_patterns = [self._pattern(part, kept) for part in node.keyword_patterns]
                return ast.MatchClass(self.expr(node.cls), patterns, list(node.keyword_names), keyword_patterns)
            case st.MatchOr():
                return ast.MatchOr([self._pattern(part, kept) for part in node.patterns])
            case st.MatchAs():
                inner = None if node.pattern is None else self._pattern(node.pattern, kept)
                return ast.MatchAs(inner, self._capture(node.name, kept))
            case _:
                raise InternalError(f"a pattern {type(node).__name__} cannot be compiled")

    def _value_pattern(self, node: st.MatchValue) -> ast.pattern:
        if node.identity:
            assert isinstance(node.value, ex.Const)
            return ast.MatchSingleton(node.value.encoded)
        return ast.MatchValue(self._key(node.value))

    def _key(self, node: ex.Expr) -> ast.expr:
        """A literal or a dotted name: what CPython allows in these places."""
        if isinstance(node, ex.Const):
            if type(node.encoded) in (int, float, str) and not _negative(node.encoded):
                return constant(node.encoded)
            return self.constants.named(node.encoded)
        if isinstance(node, ex.Unary | ex.Binary):
            return self.constants.named(encode(self._number(node)))
        return self._late_value(node)

    def _late_value(self, node: ex.Expr) -> ast.expr:
        """A dotted name, evaluated when its pattern is tried: `@n.value`, `@n` being made before the statement."""
        holder = self.temporary()
        no_arguments = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
        self.late.append(
            assign(
                name(holder, STORE), call(Global.LATE, ast.Lambda(no_arguments, call(Global.COMPARED, self.expr(node))))
            )
        )
        return attribute(name(holder), "value")

    def _number(self, node: ex.Expr) -> Any:
        """The value of a negative or complex literal."""
        match node:
            case ex.Const():
                return self.constants.value(node.encoded)
            case ex.Unary(op="-"):
                return -self._number(node.operand)
            case ex.Binary(op="+"):
                return self._number(node.left) + self._number(node.right)
            case ex.Binary(op="-"):
                return self._number(node.left) - self._number(node.right)
            case _:
                raise InternalError(f"a {type(node).__name__} in a pattern")

    def _capture(self, variable: str | None, kept: dict[str, str]) -> str | None:
        if variable is None or not self.is_shared(variable):
            return variable
        return kept.setdefault(variable, self.temporary())


def _copying_depth(pattern: st.Pattern) -> int:
    """How many levels deep a pattern copies items that it has no name for; 0 where it copies none."""
    match pattern:
        case st.MatchSequence() | st.MatchMapping() | st.MatchClass():
            copies = any(isinstance(part, st.MatchStar) for part in pattern.patterns) or (
                isinstance(pattern, st.MatchMapping) and pattern.rest is not None
            )
            more = pattern.keyword_patterns if isinstance(pattern, st.MatchClass) else ()
            deepest = max((_copying_depth(part) for part in (*pattern.patterns, *more)), default=0)
            return deepest + 1 if copies or deepest else 0
        case st.MatchOr():
            return max((_copying_depth(part) for part in pattern.patterns), default=0)
        case st.MatchAs() if pattern.pattern is not None:
            return _copying_depth(pattern.pattern)
        case _:
            return 0


def _negative(value: object) -> bool:
    return isinstance(value, int | float) and value < 0
