"""Random expressions as source text, by the type that they (nearly always) have."""

from __future__ import annotations

from collections.abc import Callable

from tests.fuzz.library import LibraryMaker
from tests.fuzz.scope import TYPES

_INTS = ["0", "1", "-1", "2", "3", "5", "7", "-4", "10", "2**70", "-(2**63)", "LIMIT", "Color.RED.value"]
_FLOATS = ["0.0", "-0.0", "0.1", "1.5", "2.5", "-3.25", "1e10", "1e-7", "float(LIMIT)"]
_STRINGS = ["''", "'a'", "'b'", "'hello'", "'é☃'", "'  x '", "'a,b,c'", "'\\n'", "GREETING", "'12'"]


class ExpressionMaker(LibraryMaker):
    """Writes expressions in a scope."""

    def make(self, kind: str, depth: int = 3) -> str:
        """An expression of a type; now and then of a wrong one, so that CPython's own errors are compared."""
        if self.scope.may_raise and self.scope.chance(0.008):
            # no set: iterating over one has an order of its own here
            return f"({self.make(self.random.choice([kind for kind in TYPES if kind != 'set']), depth)})"
        if kind == "any":
            kind = self.random.choice(TYPES)
        if depth <= 0 or self.scope.chance(0.25):
            return self.leaf(kind)
        if self.scope.chance(0.06):
            return f"({self.make(kind, depth - 1)} if {self.make('bool', depth - 1)} else {self.make(kind, depth - 1)})"
        if self.scope.can_await and self.scope.is_async and self.scope.chance(0.12):
            awaited = self.awaited(kind, depth)
            if awaited:
                return awaited
        called = self.library(kind, depth - 1) if self.scope.chance(0.07) else None
        if called is not None:
            return called
        options: list[Callable[[int], str]] = getattr(self, f"_{kind}")
        return self.random.choice(options)(depth - 1)  # type: ignore[operator]  # a property that lists makers

    def leaf(self, kind: str) -> str:
        """A variable or a literal."""
        name = self.scope.pick(kind)
        if name and self.scope.chance(0.75):
            return name
        choose = self.random.choice
        match kind:
            case "int":
                return choose(_INTS)
            case "float":
                return choose(_FLOATS)
            case "str":
                return choose(_STRINGS)
            case "bool":
                return choose(["True", "False"])
            case "list":
                return choose(["[]", "[1]", "[3, 1, 2]", "[0, -1, 2**70]", "list(range(4))", "[5, 5]"])
            case "strs":
                return choose(["[]", "['a']", "['b', 'a', 'c']", "'x y z'.split()"])
            case "dict":
                return choose(["{}", "{'a': 1}", "{'b': 2, 'a': 1, 'c': 3}", "dict(a=0, hello=-1)"])
            case "tuple":
                return choose(["(1, 2)", "(0, -1)", "PAIR"])
            case "set":
                return choose(["set()", "{1, 2}", "{3, 0, 5}"])
            case "point":
                return choose(["Point(1, 2)", "Point(x=0)", "ORIGIN_MAKER()" if False else "Point(-1, 5)"])
            case _:
                return choose(["[[1], [2, 3]]", "([[0] * 2] * 2)", "[]", "[[]]"])

    def awaited(self, kind: str, depth: int) -> str:
        """An await in the middle of an expression."""
        value = self.make("int", min(depth - 1, 1))
        tag = self.scope.tag
        action = "risky" if self.scope.may_raise and self.scope.chance(0.3) else "calm"
        if kind in {"int", "str", "list", "dict", "tuple"}:
            extra = self.random.choice(["", ", 1", ", key='k'"])
            return f"(await {action}_{kind}({tag}, {value}{extra}))"
        return ""

    def call_argument(self, depth: int) -> str:
        return self.make("int", depth)

    def function_call(self, depth: int) -> str:
        """A call of something that the workflow defines."""
        value = self.call_argument(depth)
        options = [f"double({value})", f"fact(({value}) % 6)", f"combine({value}, b={self.make('int', depth)})"]
        options.append(f"combine(*{self.make('tuple', depth)})")
        options.append(f"spread({value}, *{self.make('list', depth)}, k={self.make('int', depth)})")
        if self.scope.owner:
            options += [f"self.bump({value})", f"self.mixed({value})", f"Fuzz.scale({value})", "self.size"]
        options += [f"{name}({value})" for name, is_async in self.scope.functions if not is_async] * 3
        if self.scope.is_async and self.scope.can_await:
            options += [f"(await {name}({value}))" for name, is_async in self.scope.functions if is_async] * 3
            if self.scope.owner:
                options += [f"(await self.fetch({self.scope.tag}, {value}))"] * 2
            options.append(f"(await countdown({self.scope.tag}, ({value}) % 3))")
        return self.random.choice(options)

    # by type

    @property
    def _int(self) -> list[Callable[[int], str]]:
        m = self.make
        pick = self.random.choice
        return [
            lambda d: f"({m('int', d)} {pick(['+', '-', '*', '&', '|', '^'])} {m('int', d)})",
            lambda d: f"({m('int', d)} {pick(['+', '-', '*'])} {m('int', d)})",
            lambda d: f"({m('int', d)} {pick(['//', '%'])} {m('int', d)})",
            lambda d: f"({m('int', d)} {pick(['<<', '>>'])} (({m('int', d)}) % 9))",
            lambda d: f"(({m('int', d)}) ** (({m('int', d)}) % 4))",
            lambda d: f"({pick(['-', '~', '+'])}({m('int', d)}))",
            lambda d: f"{pick(['abs', 'int', 'bool', 'hash_free'][:2])}({m('int', d)})",
            lambda d: f"len({m(pick(['str', 'list', 'dict', 'set', 'strs', 'tuple']), d)})",
            lambda d: f"{pick(['min', 'max'])}({m('int', d)}, {m('int', d)})",
            lambda d: f"{pick(['min', 'max'])}({m('list', d)}, default={m('int', d)})",
            lambda d: f"{pick(['min', 'max'])}([1, *{m('list', d)}], key={self.lambda_of(d)})",
            lambda d: f"sum({m('list', d)})",
            lambda d: f"sum({' '.join(self.comprehension(d, 'int'))})",
            lambda d: f"sum(({' '.join(self.comprehension(d, 'int'))}), {m('int', d)})",
            lambda d: f"next(({' '.join(self.comprehension(d, 'int'))}), {m('int', d)})",
            lambda d: self._item("list", d),
            lambda d: f"{m('list', d)}.count({m('int', d)})",
            lambda d: f"{m('list', d)}.index({m('int', d)})",
            lambda d: f"{m('dict', d)}[{self.key()}]",
            lambda d: f"{m('dict', d)}.get({self.key()}, {m('int', d)})",
            lambda d: f"{m('tuple', d)}[{pick(['0', '1', '-1'])}]",
            lambda d: f"{m('point', d)}.{pick(['x', 'y'])}",
            lambda d: f"{m('point', d)}.norm()",
            lambda d: f"{self.lambda_of(d)}({m('int', d)})",
            lambda d: f"(lambda a, b={m('int', d)}: a - b)({m('int', d)})",
            lambda d: f"int({m('float', d)})",
            lambda d: f"round({m('float', d)})",
            lambda d: f"int({m('str', d)})" if self.scope.may_raise else m("int", d),
            lambda d: f"ord({m('str', d)}[0])",
            lambda d: f"divmod({m('int', d)}, {m('int', d)})[{pick(['0', '1'])}]",
            lambda d: f"functools.reduce(lambda a, b: a {pick(['+', '-', '*'])} b, {m('list', d)}, {m('int', d)})",
            lambda d: f"math.{pick(['gcd', 'lcm'])}({m('int', d)}, {m('int', d)})",
            lambda d: f"({m('int', d)} {pick(['and', 'or'])} {m('int', d)})",
            lambda d: f"{m('str', d)}.{pick(['find', 'count'])}({m('str', d)})",
            lambda d: self.walrus("int", d),
            self.function_call,
            self.function_call,
            lambda d: f"sorted({m('list', d)}, key={self.lambda_of(d)}, reverse={m('bool', d)})[0]",
            lambda d: f"{m('matrix', d)}[0][{self.small(d)}]",
        ]

    def _item(self, kind: str, depth: int) -> str:
        name = self.scope.pick(kind)
        return f"{name}[{self.index(name, depth)}]" if name else f"{self.make(kind, depth)}[{self.small(depth)}]"

    @property
    def _float(self) -> list[Callable[[int], str]]:
        m = self.make
        pick = self.random.choice
        return [
            lambda d: f"({m('float', d)} {pick(['+', '-', '*', '/'])} {m('float', d)})",
            lambda d: f"({m('float', d)} {pick(['+', '-', '*', '/', '//', '%'])} {m('int', d)})",
            lambda d: f"({m('int', d)} / {m('int', d)})",
            lambda d: f"float({m('int', d)})",
            lambda d: f"round({m('float', d)}, {pick(['1', '2', '-1'])})",
            lambda d: f"-({m('float', d)})",
            lambda d: f"abs({m('float', d)})",
            lambda d: f"math.sqrt(abs({m('float', d)}))",
            lambda d: f"math.{pick(['floor', 'ceil', 'fabs', 'cos'])}({m('float', d)})",
            lambda d: f"sum({m('list', d)}, {m('float', d)})",
            lambda d: f"({m('int', d)} ** -1)" if self.scope.may_raise else m("float", d),
        ]

    @property
    def _str(self) -> list[Callable[[int], str]]:
        m = self.make
        pick = self.random.choice
        return [
            lambda d: f"({m('str', d)} + {m('str', d)})",
            lambda d: f"({m('str', d)} * ({self.small(d)}))",
            lambda d: f"{m('str', d)}.{pick(['upper', 'lower', 'strip', 'title', 'swapcase', 'capitalize'])}()",
            lambda d: f"{m('str', d)}[{self.small(d)}]",
            lambda d: f"{m('str', d)}[{self.slice(d)}]",
            lambda d: f"{m('str', d)}.join({m('strs', d)})",
            lambda d: f"','.join(map(str, {m('list', d)}))",
            lambda d: f"','.join({' '.join(self.comprehension(d, 'str'))})",
            lambda d: f"str({m(pick(['int', 'float', 'list', 'dict', 'tuple', 'point', 'bool', 'strs']), d)})",
            lambda d: f"repr({m(pick(['str', 'float', 'list', 'dict', 'point', 'matrix']), d)})",
            lambda d: f"{m('str', d)}.replace({m('str', d)}, {m('str', d)})",
            lambda d: f"{m('str', d)}.{pick(['ljust', 'rjust', 'center'])}({self.small(d)} + 3, '*')",
            lambda d: f"type({m('any', d)}).__name__",
            lambda d: f"chr(abs({m('int', d)}) % 90 + 33)",
            lambda d: f"('%s-%d' % ({m('str', d)}, {m('int', d)}))",
            lambda d: f"'{{}}:{{:>5}}'.format({m('int', d)}, {m('str', d)})",
            self.fstring,
            self.fstring,
            lambda d: f"{m('point', d)}.label",
            lambda d: f"{m('strs', d)}[{self.small(d)}]",
            lambda d: f"({m('str', d)} {pick(['and', 'or'])} {m('str', d)})",
            lambda d: self.walrus("str", d),
            lambda d: f"format({m('int', d)}, {pick(['`d`', '`,`', '`x`', '`08d`', '`+`']).replace('`', chr(39))})",
            lambda d: f"Color({pick(['1', '2', '3'])}).name",
        ]

    def fstring(self, depth: int) -> str:
        specs = {"int": ["", ":d", ":>6", ":,", ":x", "!r"], "float": ["", ":.2f", ":e", "!s", ":g"]}
        parts = []
        for _ in range(self.random.randint(1, 3)):
            kind = self.random.choice(["int", "float", "str", "list", "point"])
            value = self.make(kind, min(depth, 1))
            if any(sign in value for sign in '"\\{:!'):  # what Python 3.11 does not take there
                value = self.scope.pick(kind) or "LIMIT"
            parts.append(f"{{{value}{self.random.choice(specs.get(kind, ['', '!r']))}}}")
        return 'f"' + self.random.choice(["", "-", "x="]).join(parts) + '"'

    @property
    def _bool(self) -> list[Callable[[int], str]]:
        m = self.make
        pick = self.random.choice
        compare = ["<", "<=", ">", ">=", "==", "!="]
        return [
            lambda d: f"({m('int', d)} {pick(compare)} {m('int', d)})",
            lambda d: f"({m('int', d)} {pick(compare)} {m('int', d)} {pick(compare)} {m('int', d)})",
            lambda d: f"({m('float', d)} {pick(compare)} {m('int', d)})",
            lambda d: f"({m('str', d)} {pick(compare)} {m('str', d)})",
            lambda d: f"({m('list', d)} {pick(compare)} {m('list', d)})",
            lambda d: f"({m('set', d)} {pick(compare)} {m('set', d)})",
            lambda d: f"({m('any', d)} {pick(['==', '!='])} {m('any', d)})",
            lambda d: f"(not {m('any', d)})",
            lambda d: f"({m('bool', d)} {pick(['and', 'or'])} {m('bool', d)})",
            lambda d: f"({m('int', d)} {pick(['in', 'not in'])} {m(pick(['list', 'set', 'tuple']), d)})",
            lambda d: f"({m('str', d)} {pick(['in', 'not in'])} {m(pick(['str', 'dict', 'strs']), d)})",
            lambda d: f"isinstance({m('any', d)}, {pick(['int', 'str', '(list, dict)', 'Point', 'float', 'set'])})",
            lambda d: f"{pick(['any', 'all'])}({' '.join(self.comprehension(d, 'bool'))})",
            lambda d: f"({m('any', d)} is {pick(['', 'not '])}None)",
            lambda d: f"{m('str', d)}.{pick(['startswith', 'endswith'])}({m('str', d)})",
            lambda d: f"bool({m('any', d)})",
            lambda d: f"{m('set', d)}.{pick(['issubset', 'isdisjoint', 'issuperset'])}({m('list', d)})",
        ]
