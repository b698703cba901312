"""Random expressions over the standard library, by the type that they (nearly always) have."""

from __future__ import annotations

from collections.abc import Callable

from tests.fuzz.containers import ContainerMaker

IMPORTS = """
import bisect
import heapq
import itertools
import json
import operator
import textwrap
from collections import Counter, OrderedDict, defaultdict, deque
from itertools import accumulate, chain, count, cycle, groupby, islice, pairwise, product, repeat, takewhile
"""


class LibraryMaker(ContainerMaker):
    """The part of the expression maker that calls the standard library."""

    def library(self, kind: str, depth: int) -> str | None:
        """An expression of a type; None where the library has nothing for it."""
        options: list[Callable[[], str]] = {
            "int": self._ints,
            "str": self._texts,
            "list": self._lists,
            "strs": self._words,
            "dict": self._dicts,
            "tuple": self._pairs,
            "matrix": self._rows,
            "bool": self._claims,
        }.get(kind, lambda depth: [])(depth)
        return self.random.choice(options)() if options else None

    def _few(self, depth: int) -> str:
        return f"abs({self.make('int', depth)}) % 4"

    def _ints(self, d: int) -> list[Callable[[], str]]:
        m = self.make
        return [
            lambda: f"sum(islice(chain({m('list', d)}, {m('tuple', d)}), {self._few(d)}))",
            lambda: f"sum(islice(cycle({m('list', d)}), {self._few(d)}))",
            lambda: f"next(chain({m('list', d)}), {m('int', d)})",
            lambda: f"functools.reduce(operator.{self.random.choice(['add', 'sub', 'mul'])}, {m('list', d)}, 1)",
            lambda: f"Counter({m('str', d)})['a']",
            lambda: f"Counter({m('list', d)})[{m('int', d)}]",
            lambda: f"deque({m('list', d)}, 3)[{self.small(d)}]",
            lambda: f"defaultdict(int, {m('dict', d)})[{self.key()}]",
            lambda: f"operator.itemgetter({self.small(d)})({m('list', d)})",
            lambda: f"operator.attrgetter('x')({m('point', d)})",
            lambda: f"len(json.dumps({m('dict', d)}))",
            lambda: f"functools.partial({self.lambda_of(d)}, {m('int', d)})()",
            lambda: f"bisect.bisect(sorted({m('list', d)}), {m('int', d)})",
            lambda: f"sum(1 for _ in itertools.permutations({self.quiet('list', d)}[:3]))",
        ]

    def _texts(self, d: int) -> list[Callable[[], str]]:
        m = self.make
        return [
            lambda: f"json.dumps({m(self.random.choice(['list', 'dict', 'str', 'tuple', 'matrix', 'float']), d)})",
            lambda: f"json.dumps({m('dict', d)}, indent={self._few(d)}, sort_keys={m('bool', d)})",
            lambda: f"repr(Counter({m('str', d)}))",
            lambda: f"repr(deque({m('list', d)}, maxlen=2))",
            lambda: f"''.join(chain({m('strs', d)}, {m('str', d)}))",
            lambda: f"textwrap.indent({m('str', d)}, '-')",
            lambda: f"operator.methodcaller('upper')({m('str', d)})",
        ]

    def _lists(self, d: int) -> list[Callable[[], str]]:
        m, q = self.make, self.quiet
        return [
            lambda: f"list(accumulate({m('list', d)}))",
            lambda: f"list(accumulate({m('list', d)}, max, initial={m('int', d)}))",
            lambda: f"list(islice(cycle({m('list', d)}), 5))",
            lambda: f"list(islice(count({m('int', d)}, {m('int', d)}), {self._few(d)}))",
            lambda: f"[a - b for a, b in pairwise({q('list', d)})]",
            lambda: f"list(chain.from_iterable({m('matrix', d)}))",
            lambda: f"heapq.nlargest({self._few(d)}, {m('list', d)})",
            lambda: f"json.loads(json.dumps({m('list', d)}))",
            lambda: f"list(takewhile({self.lambda_of(d, 'bool')}, {m('list', d)}))",
            lambda: f"list(itertools.dropwhile({self.lambda_of(d, 'bool')}, {m('list', d)}))",
            lambda: f"list(Counter({m('list', d)}).elements())",
            lambda: f"[k for k, g in groupby({q('list', d)}, {self.lambda_of(d)})]",
            lambda: f"list(deque({m('list', d)}, {self._few(d)}))",
            lambda: f"[a + b for a, b in product({q('list', d)}[:3], {q('tuple', d)})]",
            lambda: f"list(map(operator.mul, {m('list', d)}, repeat({m('int', d)})))",
            lambda: f"[a * b for a, b in itertools.zip_longest({q('list', d)}, {q('list', d)}, fillvalue=1)]",
            lambda: f"list(itertools.compress({m('list', d)}, {m('list', d)}))",
        ]

    def _words(self, d: int) -> list[Callable[[], str]]:
        m, q = self.make, self.quiet
        return [
            lambda: f"json.loads(json.dumps({m('strs', d)}))",
            lambda: f"[k for k, n in Counter({q('strs', d)}).most_common(2)]",
            lambda: f"list(accumulate({m('strs', d)}))",
            lambda: f"sorted({m('strs', d)}, key=operator.methodcaller('lower'))",
            lambda: f"list(OrderedDict({m('dict', d)}))",
        ]

    def _dicts(self, d: int) -> list[Callable[[], str]]:
        m = self.make
        return [
            lambda: f"dict(Counter({m('str', d)}))",
            lambda: f"dict(Counter({m('dict', d)}) + Counter({m('str', d)}))",
            lambda: f"json.loads(json.dumps({m('dict', d)}))",
            lambda: f"dict(defaultdict(int, {m('dict', d)}))",
            lambda: f"dict(zip({m('strs', d)}, count({m('int', d)})))",
        ]

    def _pairs(self, d: int) -> list[Callable[[], str]]:
        m = self.make
        return [
            lambda: f"tuple(islice(count({m('int', d)}), 2))",
            lambda: f"operator.itemgetter(0, -1)({m('list', d)})",
            lambda: f"operator.attrgetter('x', 'y')({m('point', d)})",
            lambda: f"next(itertools.combinations({m('list', d)}, 2), (0, 1))",
        ]

    def _rows(self, d: int) -> list[Callable[[], str]]:
        m, q = self.make, self.quiet
        return [
            lambda: f"[list(g) for k, g in groupby({q('list', d)}, {self.lambda_of(d)})]",
            lambda: f"list(map(list, itertools.combinations({m('list', d)}[:4], 2)))",
            lambda: f"list(map(list, product({m('list', d)}[:2], repeat=2)))",
            lambda: f"json.loads(json.dumps({m('matrix', d)}))",
        ]

    def _claims(self, d: int) -> list[Callable[[], str]]:
        m = self.make
        return [
            lambda: f"operator.{self.random.choice(['lt', 'eq', 'ge'])}({m('int', d)}, {m('int', d)})",
            lambda: f"(Counter({m('list', d)}) == Counter({m('list', d)}))",
            lambda: f"operator.contains({m('list', d)}, {m('int', d)})",
            lambda: f"(deque({m('list', d)}) {self.random.choice(['<', '==', '>='])} deque({m('list', d)}))",
        ]
