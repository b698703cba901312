"""A module about classes: instances are made, sent to actions and back, kept, compared, changed and matched."""

from __future__ import annotations

import random

from tests.fuzz import typed
from tests.fuzz.classes import ClassMaker, Lines, Made

_TYPED = 0.4
"""The share of programs that have generic classes, unions and decorated actions, too."""

_HEAD = '''"""Program {seed} of the differential fuzzer: classes."""

import asyncio
import dataclasses
import operator
{imports}from dataclasses import dataclass, field
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from tests.fuzz.stubs import travelled
from warren import Workflow, action, workflow
'''
_ACTIONS = """

@action
async def carry(tag: str, value: object) -> object:
    await asyncio.sleep(0)
    return travelled(value)


@action
async def throw(tag: str, error: object) -> object:
    await asyncio.sleep(0)
    raise travelled(error)


@workflow
class Fuzz(Workflow):
    def first(self, items):
        return [*items][:3]

    async def run(self, a: int, b: str, items: list) -> list:
        log, kept, table, pool = [], [], {}, set()
"""
_USES = {
    "__eq__": ["{o} == {p}", "{o} == {n}", "{n} == {o}", "[{o}] == [{p}]", "kept.index({o})", "{o} in kept"],
    "__ne__": ["{o} != {p}", "[{o}] != [{p}]"],
    "__hash__": ["{{{o}: 1}}.get({p})", "{o} in {{{p}}}", "len({{{o}, {p}}})", "table.get({o})", "{o} in pool"],
    "__lt__": ["{o} < {p}", "sorted([{o}, {p}, {q}]) ", "max({o}, {p})", "min([{o}, {p}])", "{o} > {p}", "{o} < {n}"],
    "__gt__": ["{o} > {p}", "max([{o}, {p}])", "{n} > {o}", "({o}, 1) > ({p}, 2)"],
    "__le__": ["{o} <= {p}", "{o} >= {p}"],
    "__str__": ["str({o})", "f'{{{o}}}'", "'%s' % ({o},)", "'{{}}'.format({o})", "list(map(str, [{o}, {p}]))"],
    "__repr__": ["repr({o})", "f'{{{o}!r:>30}}'", "str([{o}])", "repr(({o}, {p}))", "str({{'k': {o}}})"],
    "__format__": ["format({o}, '>9')", "f'{{{o}:>9}}'", "f'{{{o}}}'"],
    "__len__": ["len({o})", "bool({o})", "[*{o}]"],
    "__bool__": ["bool({o})", "not {o}", "{o} or {p}", "{o} and {n}", "1 if {o} else 2", "all([{o}, {p}])"],
    "__getitem__": ["{o}[{n}]", "{o}[1:]", "list({o})", "operator.itemgetter({n})({o})", "{n} in {o}"],
    "__setitem__": ["operator.eq({o}, {p})"],
    "__contains__": ["{n} in {o}", "{o} not in {p}"],
    "__iter__": ["list({o})", "[*{o}, 1]", "sum({o})", "dict.fromkeys({o})", "[x for x in {o}]", "max({o})"],
    "__reversed__": ["list(reversed({o}))"],
    "__next__": ["next({o})", "next({o}, 'end')"],
    "__add__": ["{o} + {p}", "{o} + {n}", "sum([{o}, {p}], {n})", "operator.add({o}, {n})"],
    "__radd__": ["{n} + {o}", "sum([{o}])", "[1] + {o}"],
    "__sub__": ["{o} - {p}", "{n} - {o}"],
    "__mul__": ["{o} * {n}", "[0] * {o}"],
    "__rmul__": ["{n} * {o}", "'ab' * {o}"],
    "__or__": ["{o} | {p}", "{{1}} | {o}"],
    "__matmul__": ["{o} @ {p}"],
    "__neg__": ["-{o}", "+{o}", "~{o}"],
    "__abs__": ["abs({o})"],
    "__int__": ["int({o})", "'%d' % {o}"],
    "__index__": ["[7, 8, 9][{o}]", "list(range({o}))", "'abc'[:{o}]", "bin({o})", "'a' * {o}", "int({o})"],
    "__float__": ["float({o})", "round(float({o}))"],
    "__round__": ["round({o})", "round({o}, 1)"],
    "__call__": ["{o}({n})", "{o}()", "callable({o})", "list(map({o}, [1, 2]))", "sorted([2, 1], key={o})"],
}
_ALWAYS = [
    "type({o}).__name__",
    "{o} is {p}",
    "isinstance({o}, {c})",
    "issubclass(type({o}), {c})",
    "hasattr({o}, '{name}')",
    "[{o}, {o}]",
    "({o}, {p}, {q})",
    "kept",
    "len(kept)",
    "[type(k).__name__ for k in kept]",
]
_READS = {
    "constant": ["{o}.{name}", "getattr({o}, '{name}')", "operator.attrgetter('{name}')({o})"],
    "field": ["{o}.{name}", "getattr({o}, '{name}', None)", "[k.{name} for k in [{o}, {o}]]"],
    "property": ["{o}.{name}", "getattr({o}, '{name}')", "sorted([{o}], key=lambda k: str(k.{name}))[0] is {o}"],
    "method": ["{o}.{name}()", "{o}.{name}(k={n})", "getattr({o}, '{name}')()", "(lambda m: m())({o}.{name})"],
    "static": ["{owner}.{name}({n})"],
    "class": ["{owner}.{name}()", "{owner}.{name}(n={n})"],
}


def generate_classes(choose: random.Random, seed: int) -> str:
    """The source text of a program about classes."""
    classes = ClassMaker(choose).hierarchy()
    is_typed = choose.random() < _TYPED
    lines = _HEAD.format(seed=seed, imports=typed.IMPORTS if is_typed else "").split("\n")
    for made in classes:
        lines += ["", *made.lines, ""]
    if is_typed:
        lines += typed.typed_classes(choose)
    lines += _ACTIONS.rstrip().split("\n")
    body = InstanceMaker(choose, classes, is_typed=is_typed).body()
    return "\n".join([*lines, *("        " + line for line in body)]) + "\n"


class InstanceMaker:
    """Writes the statements of one `run()`."""

    def __init__(self, choose: random.Random, classes: list[Made], *, is_typed: bool) -> None:
        self.random = choose
        self._is_typed = is_typed
        self.classes = [made for made in classes if made.kind != "mixin"]
        self.variables: dict[str, Made] = {}

    def body(self) -> Lines:
        lines: Lines = []
        for made in self.random.choices(self.classes, k=self.random.randint(1, 3)) + self.classes:
            lines += self._create(made)
        options = [(12, self._probe), (3, self._change), (3, self._travel), (2, self._keep), (2, self._match)]
        options += [(1, self._raise), (1, self._loop), (2, self._pause), (1, self._alias), (1, self._again)]
        options += [(1, self._of_kind)]
        if self._is_typed:
            lines.append("t0 = t1 = None")
            options.append((14, lambda: typed.typed_statement(self.random)))
        for _ in range(self.random.randint(8, 30)):
            make = self.random.choices([make for _, make in options], [weight for weight, _ in options])[0]
            lines += self._guarded(make())
        found = [*self.variables, *(["t0", "t1"] if self._is_typed else [])]
        return [*lines, f"return [log, kept, len(table), len(pool), {', '.join(found)}]"]

    def _guarded(self, lines: Lines) -> Lines:
        handler = ["except Exception as problem:", "    log.append([type(problem).__name__, str(problem)])"]
        return ["try:", *("    " + line for line in lines), *handler]

    def _value(self, kind: str) -> str:
        if self.random.random() < 0.05:
            return self.random.choice(["'7'", "None", "2.5", "[0]"])
        if kind == "list":
            return self.random.choice(["[1, 2]", "[a]", "[*items]", "items"])
        return self.random.choice(["0", "1", "2", "3", "a", "-1"] if kind == "int" else ["'a'", "'b'", "b", "''"])

    def _new(self, made: Made) -> str:
        names = [name for name in made.fields if self.random.random() < 0.6]
        if made.positional and names == list(made.fields)[: len(names)] and self.random.random() < 0.5:
            return f"{made.name}({', '.join(self._value(made.fields[name]) for name in names)})"
        if made.kind == "error" and not made.fields:
            return f"{made.name}({self.random.choice(['', 'a', 'b', '1, 2'])})"
        arguments = [f"{name}={self._value(made.fields[name])}" for name in names]
        if made.kind == "model" and self.random.random() < 0.15:
            arguments.append("more=5")
        return f"{made.name}({', '.join(arguments)})"

    def _create(self, made: Made) -> Lines:
        name = f"o{len(self.variables)}"
        self.variables[name] = made
        return [f"{name} = {made.name}()", *self._guarded([f"{name} = {self._new(made)}"])]

    def _pick(self) -> tuple[str, Made]:
        return self.random.choice(list(self.variables.items()))

    def _other(self, made: Made) -> str:
        """Another instance, usually of the same class."""
        same = [name for name, of in self.variables.items() if of.kind == made.kind]
        return self.random.choice(same) if self.random.random() < 0.8 else self._pick()[0]

    def expression(self) -> str:
        name, made = self._pick()
        roll = self.random.random()
        template, member = "", "level"
        if roll < 0.5:
            written = [special for special in _USES if made.has(special)]
            if written and self.random.random() < 0.85:
                template = self.random.choice(_USES[self.random.choice(written)])
            else:
                template = self.random.choice(_USES[self.random.choice(list(_USES))])
        elif roll < 0.8:
            known = [one for one in dir(made.shadow) if made.what(one) in _READS and not one.startswith("has__")]
            member = self.random.choice(known)
            template = self.random.choice(_READS[made.what(member)])
        elif roll < 0.9:
            template = self.random.choice(_ALWAYS)
        else:
            template = self.random.choice(self._of_the_kind(made))
        kind = self.random.choice(self.classes).name
        o, p, q = name, self._other(made), self._other(made)
        n = self.random.choice(["0", "1", "2", "a"])
        return template.format(o=o, p=p, q=q, n=n, c=kind, name=member, owner=made.name).strip()

    def _of_the_kind(self, made: Made) -> list[str]:
        if made.kind == "record":
            return [
                "dataclasses.replace({o}, x={n})",
                "dataclasses.replace({o}, x={n}) == {p}",
                "dataclasses.asdict({o})",
            ]
        if made.kind == "model":
            found = ["{o}.model_copy(update={{'x': {n}}})", "{o}.model_copy() == {p}", "sorted({o}.model_fields_set)"]
            return [*found, "{o}.model_dump()", "{o}.model_dump(by_alias=True)", "{o}.model_dump_json()"]
        return ["{o}.args", "str({o})", "repr({o})", "[*{o}.args]"]

    def _probe(self) -> Lines:
        return [f"log.append({self.expression()})"]

    def _change(self) -> Lines:
        name, made = self._pick()
        n = self.random.choice(["1", "2", "a", "-3"])
        if made.kind == "error":
            return [f"{name}.{self.random.choice(['code', 'extra'])} = {n}"]
        options = [f"{name}.x = {n}", f"{name}.x += {n}", f"{name}.tags.append({n})", f"{name}.grow({n})"]
        options += [f"{name}.word = 'z'", f"{name}.level = {n}", f"{name}.tags = {self._other(made)}.tags"]
        options += [f"{name}[0] = {n}", f"del {name}[0]"] if made.has("__setitem__") or made.has("__delitem__") else []
        return [self.random.choice(options)]

    def _travel(self) -> Lines:
        name, made = self._pick()
        other = self._other(made)
        return self.random.choice(
            [
                [f"{name} = await carry('main', {name})"],
                [f"{name} = (await carry('main', [{name}, {other}]))[0]"],
                [f"kept.append(await carry('main', {name}))"],
                [f"log.append(await carry('main', {name}) == {name})"],
                [f"{name}, _ = await asyncio.gather(carry('l', {name}), carry('r', {other}))"],
                [f"log.append(await carry('main', {self.expression()}))"],
            ]
        )

    def _keep(self) -> Lines:
        name, made = self._pick()
        other = self._other(made)
        return [
            self.random.choice(
                [
                    f"kept += [{name}, {other}]",
                    f"table[{name}] = {other}",
                    f"pool.add({name})",
                    f"pool.discard({name})",
                    f"kept.remove({name})",
                    "kept.sort()",
                    "kept.sort(key=str)",
                    f"log.append(table[{name}] is {other})",
                    "log.append(list(table.values()))",
                    f"log.append([kept.count({name}), kept == [{name}]])",
                ]
            )
        ]

    def _match(self) -> Lines:
        name, _ = self._pick()
        lines = [f"match {name}:"]
        for made in self.random.sample(self.classes, min(2, len(self.classes))):
            patterns = [f"{made.name}()"]
            if made.kind != "error":
                patterns += [f"{made.name}(x={self.random.choice(['0', '1', '-1'])})", f"{made.name}(x=n) if n != a"]
                patterns += [f"{made.name}(level=level)", f"{made.name}(x=int(), tags=[_, *_])"]
            if made.kind == "record":
                patterns += [f"{made.name}(0)", f"{made.name}(n, [*_])"]
            lines += [f"    case {self.random.choice(patterns)}:", f"        log.append('{made.name}')"]
        return [*lines, "    case _:", "        log.append('nothing')"]

    def _raise(self) -> Lines:
        errors = [(name, made) for name, made in self.variables.items() if made.kind == "error"]
        if not errors:
            return self._probe()
        name, made = self.random.choice(errors)
        caught = self.random.choice([one.name for one in self.classes if one.kind == "error"])
        raised = self.random.choice(
            [
                f"raise {name}",
                f"raise {self._new(made)}",
                f"await throw('main', {name})",
                f"raise {made.name} from {name}",
            ]
        )
        reads = [f"log.append([type(caught).__name__, str(caught), caught is {name}])"]
        reads += [f"if type(caught) is {made.name}:", f"    {name} = caught"]
        return ["try:", "    " + raised, f"except {caught} as caught:", *("    " + line for line in reads)]

    def _loop(self) -> Lines:
        name, _ = self._pick()
        body = ["if len(log) > 90:", "    break", "log.append(item)", *self._guarded(self._travel())]
        return [f"for item in {name}:", *("    " + line for line in body)]

    def _pause(self) -> Lines:
        return [self.random.choice(["await asyncio.sleep(1)", "await carry('main', 1)", "await asyncio.sleep(0)"])]

    def _alias(self) -> Lines:
        name, made = self._pick()
        other = self.random.choice([one for one, of in self.variables.items() if of is made])
        return [f"{other} = {name}"]

    def _again(self) -> Lines:
        """Another operand, changed in place."""
        name, made = self._pick()
        sign = self.random.choice(["+", "+", "*", "-", "|"])
        return [f"same = {name}", f"same {sign}= {self.random.choice(['1', self._other(made)])}", "log.append(same)"]

    def _of_kind(self) -> Lines:
        name, _ = self._pick()
        body = [f"log.append(self.first({name}))"]
        return [f"if isinstance({name}, {self.random.choice(self.classes).name}):", *("    " + line for line in body)]
