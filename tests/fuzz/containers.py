"""Random expressions that make containers, and what they are made with: indexes, keys, functions, comprehensions."""

from __future__ import annotations

from collections.abc import Callable

from tests.fuzz.scope import Scope

_KEYS = ["'a'", "'b'", "'c'", "'hello'"]


class ContainerMaker:
    """The part of the expression maker that writes lists, dicts, tuples, sets and instances."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.random = scope.random

    def make(self, kind: str, depth: int = 3) -> str:
        """An expression of a type; the expression maker has it."""
        raise NotImplementedError

    def key(self) -> str:
        return self.random.choice(_KEYS) if self.scope.chance(0.8) else self.make("str", 1)

    def lambda_of(self, depth: int, result: str = "int") -> str:
        """A function of one int."""
        name = self.random.choice(["x", "y"])
        with self.scope.inner((name, "int")):
            return f"(lambda {name}: {self.make(result, depth)})"

    def small(self, depth: int) -> str:
        """A small int, for indexes and repeats."""
        return self.random.choice(["0", "1", "-1", "2", "-2", "3", f"({self.make('int', depth)}) % 3"])

    def index(self, container: str, depth: int) -> str:
        """An index that is usually within the container."""
        if self.scope.chance(0.7):
            return f"({self.make('int', depth)}) % (len({container}) or 1)"
        return self.small(depth)

    def slice(self, depth: int) -> str:
        parts = [self.random.choice(["", self.small(depth)]) for _ in range(2)]
        step = self.random.choice(["", "", ":2", ":-1", ":" + self.small(depth)])
        return f"{parts[0]}:{parts[1]}{step}"

    def comprehension(self, depth: int, element: str, source: str = "list") -> tuple[str, str]:
        """Element and `for` part of a comprehension over ints."""
        name = self.random.choice(["i", "j", "x"])
        with self.scope.block(walrus_ok=False):
            over = self.make(source, depth)
            if self.scope.chance(0.2):
                over = f"range(({self.make('int', depth)}) % 4)"
        with self.scope.inner((name, "int")):
            condition = f" if {self.make('bool', depth)}" if self.scope.chance(0.4) else ""
            if self.scope.chance(0.15):
                with self.scope.inner(("k", "int")):
                    return self.make(element, depth), f"for {name} in {over}{condition} for k in range(2)"
            return self.make(element, depth), f"for {name} in {over}{condition}"

    def walrus(self, kind: str, depth: int) -> str:
        value = self.make(kind, depth)
        if not self.scope.walrus_ok or not self.scope.can_await:  # not inside comprehensions and lambdas
            return value
        name = self.scope.target(kind)
        return f"({name} := {value})"

    def quiet(self, kind: str, depth: int) -> str:
        """An expression without walrus: what stands in a comprehension's iterable."""
        with self.scope.block(walrus_ok=False):
            return self.make(kind, depth)

    @property
    def _list(self) -> list[Callable[[int], str]]:
        m = self.make
        pick = self.random.choice
        return [
            lambda d: f"[{m('int', d)}, {m('int', d)}]",
            lambda d: f"[*{m('list', d)}, {m('int', d)}]",
            lambda d: f"({m('list', d)} + {m('list', d)})",
            lambda d: f"({m('list', d)} * (({m('int', d)}) % 3))",
            lambda d: f"{m('list', d)}[{self.slice(d)}]",
            lambda d: f"[{' '.join(self.comprehension(d, 'int'))}]",
            lambda d: f"[{' '.join(self.comprehension(d, 'int'))}]",
            lambda d: f"list(map({self.lambda_of(d)}, {m('list', d)}))",
            lambda d: f"list(filter({self.lambda_of(d, 'bool')}, {m('list', d)}))",
            lambda d: f"list({' '.join(self.comprehension(d, 'int'))})",
            lambda d: f"sorted({m(pick(['list', 'set', 'tuple']), d)})",
            lambda d: f"sorted({m('list', d)}, key={self.lambda_of(d)})",
            lambda d: f"list({pick(['reversed', 'tuple', 'list', 'iter'])}({m('list', d)}))",
            lambda d: f"list({m('dict', d)}.values())",
            lambda d: f"[a * b for a, b in zip({self.quiet('list', d)}, {self.quiet('list', d)})]",
            lambda d: f"[n + v for n, v in enumerate({self.quiet('list', d)}, {pick(['0', '1', '5'])})]",
            lambda d: f"list(range({self.small(d)}, {self.small(d)} + 3, {pick(['1', '2', '-1'])}))",
            lambda d: f"({m('list', d)} {pick(['and', 'or'])} {m('list', d)})",
            lambda d: f"{m('list', d)}.copy()",
            lambda d: f"[v for row in {self.quiet('matrix', d)} for v in row]",
            lambda d: self._awaiting_comprehension(d),
            lambda d: self._gathered(d),
            lambda d: f"{m('matrix', d)}[{self.small(d)}]",
            lambda d: self.walrus("list", d),
            lambda d: f"[f({self.quiet('int', d)}) for f in [lambda q, n=n: q + n for n in range(3)]]",
            lambda d: f"[f() for f in [lambda: n for n in range(({self.quiet('int', d)}) % 3)]]",
        ]

    def _awaiting_comprehension(self, depth: int) -> str:
        if not (self.scope.is_async and self.scope.can_await):
            return self.make("list", depth)
        with self.scope.block(walrus_ok=False):
            over = f"({self.make('list', depth)})[:2]"
        action = "risky" if self.scope.may_raise and self.scope.chance(0.3) else "calm"
        with self.scope.inner(("q", "int")):
            condition = f" if {self.make('bool', 1)}" if self.scope.chance(0.3) else ""
            argument = self.make("int", 1)
        return f"[await {action}_int({self.scope.tag}, {argument}) for q in {over}{condition}]"

    def _gathered(self, depth: int) -> str:
        if not (self.scope.is_async and self.scope.can_await):
            return self.make("list", depth)
        with self.scope.block(walrus_ok=False):
            over = f"({self.make('list', depth)})[:3]"
        return f"(await asyncio.gather(*[calm_int({self.scope.tag}, q) for q in {over}]))"

    @property
    def _strs(self) -> list[Callable[[int], str]]:
        m = self.make
        return [
            lambda d: f"{m('str', d)}.split({self.random.choice(['', '`,`', '`a`']).replace('`', chr(39))})",
            lambda d: f"[{' '.join(self.comprehension(d, 'str'))}]",
            lambda d: f"sorted({m('dict', d)})",
            lambda d: f"list({m('dict', d)}{self.random.choice(['', '.keys()'])})",
            lambda d: f"list({m('str', d)})",
            lambda d: f"[{m('str', d)}, *{m('strs', d)}]",
            lambda d: f"sorted({m('strs', d)}, key=len)",
            lambda d: f"sorted({m('strs', d)}, key=str.upper)",
            lambda d: f"[k for k, v in {self.quiet('dict', d)}.items() if v]",
        ]

    @property
    def _dict(self) -> list[Callable[[int], str]]:
        m = self.make
        return [
            lambda d: f"{{{self.key()}: {m('int', d)}, {self.key()}: {m('int', d)}}}",
            lambda d: f"{{**{m('dict', d)}, {self.key()}: {m('int', d)}}}",
            lambda d: f"({m('dict', d)} | {m('dict', d)})",
            lambda d: f"dict(zip({m('strs', d)}, {m('list', d)}))",
            lambda d: f"dict({m('dict', d)}, a={m('int', d)})",
            lambda d: f"{{k: v + 1 for k, v in {self.quiet('dict', d)}.items()}}",
            lambda d: f"dict.fromkeys({m('strs', d)}, {m('int', d)})",
            lambda d: f"{m('dict', d)}.copy()",
            lambda d: f"dict(sorted({m('dict', d)}.items(), key=lambda item: (item[1], item[0])))",
            lambda d: "{str(i): " + "{} {}".format(*self.comprehension_over(d)) + "}",
        ]

    def comprehension_over(self, depth: int) -> tuple[str, str]:
        with self.scope.block(walrus_ok=False):
            over = self.make("list", depth)
        with self.scope.inner(("i", "int")):
            return self.make("int", depth), f"for i in {over}"

    @property
    def _tuple(self) -> list[Callable[[int], str]]:
        m = self.make
        return [
            lambda d: f"({m('int', d)}, {m('int', d)})",
            lambda d: f"divmod({m('int', d)}, {m('int', d)})",
            lambda d: f"tuple({m('list', d)}[:2])",
            lambda d: f"({m('tuple', d)}[::-1])",
            lambda d: f"({m('tuple', d)} or {m('tuple', d)})",
            lambda d: f"{m('point', d)}.pair()",
        ]

    @property
    def _set(self) -> list[Callable[[int], str]]:
        m = self.make
        return [
            lambda d: f"set({m(self.random.choice(['list', 'tuple', 'set']), d)})",
            lambda d: f"({m('set', d)} {self.random.choice(['|', '&', '-', '^'])} {m('set', d)})",
            lambda d: f"{{{' '.join(self.comprehension(d, 'int'))}}}",
            lambda d: f"{m('set', d)}.union({m('list', d)})",
            lambda d: f"{{{m('int', d)}, *{m('list', d)}}}",
        ]

    @property
    def _point(self) -> list[Callable[[int], str]]:
        m = self.make
        return [
            lambda d: f"Point({m('int', d)}, {m('int', d)})",
            lambda d: f"Point(y={m('int', d)}, x={m('int', d)})",
            lambda d: f"Point(*{m('tuple', d)})",
            lambda d: f"dataclasses.replace({m('point', d)}, x={m('int', d)})",
            lambda d: f"Point(**{{'x': {m('int', d)}}})",
        ]

    @property
    def _matrix(self) -> list[Callable[[int], str]]:
        m = self.make
        return [
            lambda d: f"[{m('list', d)}, {m('list', d)}]",
            lambda d: f"([{m('list', d)}] * 2)",
            lambda d: f"[[a, b] for a in {self.quiet('list', d)}[:2] for b in [a, LIMIT]]",
            lambda d: f"[list(pair) for pair in zip({self.quiet('list', d)}, {self.quiet('list', d)})]",
            lambda d: f"sorted({m('matrix', d)}, key=len)",
        ]
