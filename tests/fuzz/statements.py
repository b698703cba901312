"""Random statements as source lines. Strands share only what they return, so that no result depends on timing."""

from __future__ import annotations

from collections.abc import Callable

from tests.fuzz.awaits import Lines, indent
from tests.fuzz.keeping import KeepingMaker
from tests.fuzz.scope import MUTABLE, TYPES, Scope

_ERRORS = ["ValueError", "KeyError", "AppError", "SubError", "TypeError", "ZeroDivisionError", "IndexError"]
_CATCH = [*_ERRORS, "Exception", "LookupError", "ArithmeticError", "(AppError, KeyError)", "(ValueError, TypeError)"]


class StatementMaker(KeepingMaker):
    """Writes statements in a scope."""

    def body(self, size: int, **changes: object) -> Lines:
        """A nested block."""
        lines: Lines = []
        with self.scope.block(**changes):
            for _ in range(size):
                lines += self.statement()
        return lines or ["pass"]

    def statement(self) -> Lines:
        scope = self.scope
        if scope.budget <= 0:
            return []
        scope.budget -= 1
        options: list[tuple[int, Callable[[], Lines]]] = [
            (10, self.assign),
            (4, self.unpack),
            (5, self.augment),
            (6, self.mutate),
            (5, self.note),
            (7, self.if_),
            (6, self.for_),
            (3, self.while_),
            (7, self.try_),
            (2, self.match_),
            (2, self.function),
            (1, self.assert_),
            (1, self.delete),
            (2, self.alias),
            (2, self.iterator),
            (1, self.kept_container),
            (1, self.method_value),
            (1, self.places),
            (1, self.changing_loop),
        ]
        if scope.may_raise:
            options.append((1, self.raise_))
        if scope.may_return and scope.chance(0.25):
            options.append((1, self.return_))
        if scope.in_loop:
            options.append((3, self.leave_loop))
        if scope.is_async:
            options += [(6, self.await_), (4, self.gather), (1, self.sleep)]
            if scope.owner:
                options += [(3, self.task), (1, self.task_group), (1, self.timeout), (1, self.retried)]
                options += [(1, self.tasks), (1, self.cancelled), (2, self.coordinated)]
        weights = [weight for weight, _ in options]
        return self.random.choices([make for _, make in options], weights)[0]()

    # plain statements

    def assign(self) -> Lines:
        kind = self.random.choice(TYPES)
        value = self.expr(kind, 3)
        name = self.scope.target(kind)
        lines = [f"{name} = {value}"]
        if self.scope.chance(0.08):
            other = self.scope.target(kind)
            lines = [f"{name} = {other} = {value}"]
            self.scope.declare(kind, other)
        elif self.scope.chance(0.05) and kind == "int":
            lines = [f"{name}: int = {value}"]
        self.scope.declare(kind, name)
        return lines

    def unpack(self) -> Lines:
        first, second = self.scope.new_name(), self.scope.new_name()
        match self.random.randint(0, 4):
            case 0:
                line = f"{first}, {second} = {self.expr('tuple')}"
                kinds = "int", "int"
            case 1:
                line = f"{first}, *{second} = {self.expr('list')}"
                kinds = "int", "list"
            case 2:
                line = f"*{second}, {first} = [{self.expr('int')}, *{self.expr('list')}]"
                kinds = "int", "list"
            case 3:
                line = f"({first}, [{second}, _]) = {self.expr('str')}, {self.expr('tuple')}"
                kinds = "str", "int"
            case _:
                line = f"{first}, {second} = {self.expr('int')}, {self.expr('list')}"
                kinds = "int", "list"
        self.scope.declare(kinds[0], first)
        self.scope.declare(kinds[1], second)
        return [line]

    def augment(self) -> Lines:
        pick = self.random.choice
        kind = pick(["int", "int", "str", "list", "float", "set", "item", "entry", "point", "row"])
        names = [name for name in self.scope.variables.get(kind, []) if name not in self.scope.fixed]
        match kind:
            case "int" if names:
                return [f"{pick(names)} {pick(['+', '-', '*', '//', '%', '&', '|', '^'])}= {self.expr('int')}"]
            case "float" if names:
                return [f"{pick(names)} {pick(['+', '-', '*', '/'])}= {self.expr('float')}"]
            case "str" if names:
                return [f"{pick(names)} += {self.expr('str')}"]
            case "list" if names:
                return [f"{pick(names)} += {self.expr(pick(['list', 'list', 'tuple', 'set' if False else 'list']))}"]
            case "set" if names:
                return [f"{pick(names)} {pick(['|', '&', '-', '^'])}= {self.expr('set')}"]
            case "item" if name := self.scope.pick("list"):
                return [f"{name}[{self.expressions.index(name, 1)}] {pick(['+', '-', '*'])}= {self.expr('int')}"]
            case "entry" if name := self.scope.pick("dict"):
                return [f"{name}[{self.expressions.key()}] += {self.expr('int')}"]
            case "point" if name := self.scope.pick("point"):
                return [f"{name}.{pick(['x', 'y'])} += {self.expr('int')}"]
            case "row" if name := self.scope.pick("matrix"):
                return [f"{name}[{self.expressions.index(name, 1)}] += {self.expr('list')}"]
        if self.scope.owner:
            return [f"self.count += {self.expr('int')}"]
        return self.assign()

    def mutate(self) -> Lines:
        kind = self.random.choice(MUTABLE)
        name = self.scope.pick(kind)
        if name is None or name in self.scope.fixed:
            return self.assign()
        e, pick = self.expr, self.random.choice
        x = self.expressions
        changes = {
            "list": [
                lambda: f"{name}.append({e('int')})",
                lambda: f"{name}.extend({e(pick(['list', 'tuple']))})",
                lambda: f"{name}.insert({x.small(1)}, {e('int')})",
                lambda: f"{name}.pop({pick(['', '0', '-1'])})",
                lambda: f"{name}.remove({e('int')})",
                lambda: f"{name}.sort({pick(['', 'reverse=True', 'key=lambda x: -x'])})",
                lambda: f"{name}.reverse()",
                lambda: f"{name}[{x.index(name, 1)}] = {e('int')}",
                lambda: f"{name}[{x.slice(1)}] = {e('list')}",
                lambda: f"{name}[{x.small(1)}:] = {e('tuple')}",
                lambda: f"del {name}[{x.index(name, 1)}]",
                lambda: f"del {name}[{x.slice(1)}]",
                lambda: f"log.append({name}.pop())" if self.scope.log == "log" else f"{name}.clear()",
            ],
            "strs": [lambda: f"{name}.append({e('str')})", lambda: f"{name}.sort(key=len)"],
            "dict": [
                lambda: f"{name}[{x.key()}] = {e('int')}",
                lambda: f"{name}.update({e('dict')})",
                lambda: f"{name}.update(c={e('int')})",
                lambda: f"{name}.setdefault({x.key()}, {e('int')})",
                lambda: f"{name}.pop({x.key()}, None)",
                lambda: f"{name}.pop({x.key()})",
                lambda: f"del {name}[{x.key()}]",
                lambda: f"{name}.popitem()",
            ],
            "set": [
                lambda: f"{name}.add({e('int')})",
                lambda: f"{name}.discard({e('int')})",
                lambda: f"{name}.update({e('list')})",
                lambda: f"{name}.remove({e('int')})",
            ],
            "point": [lambda: f"{name}.{pick(['x', 'y'])} = {e('int')}", lambda: f"{name}.move({e('int')})"],
            "matrix": [
                lambda: f"{name}.append({e('list')})",
                lambda: f"{name}[{x.small(1)}].append({e('int')})",
                lambda: f"{name}[{x.index(name, 1)}][0] = {e('int')}",
                lambda: f"{name}[{x.index(name, 1)}], {name}[0] = {name}[0], {e('list')}",
            ],
        }
        return [pick(changes[kind])()]

    def note(self) -> Lines:
        """Keep a value, as it is now or as it will be (an alias)."""
        kind = self.random.choice([kind for kind in TYPES if kind != "set"])
        return [f"{self.scope.log}.append({self.expr(kind)})"]

    def alias(self) -> Lines:
        kind = self.random.choice(MUTABLE)
        name = self.scope.pick(kind)
        if name is None:
            return self.assign()
        other = self.scope.new_name()
        self.scope.declare(kind, other)
        return [f"{other} = {name}"]

    def assert_(self) -> Lines:
        message = f", {self.expr('str')}" if self.scope.chance(0.6) else ""
        return [f"assert {self.expr('bool')} or {self.expr('int')}{message}"]

    def delete(self) -> Lines:
        kind = self.random.choice(TYPES)
        names = [name for name in self.scope.variables[kind] if name not in self.scope.fixed]
        if not names:
            return self.assign()
        name = self.random.choice(names)
        return [f"if {self.expr('bool')}:", f"    del {name}", f"    {name} = {self.expr(kind)}"]

    # control flow

    def if_(self) -> Lines:
        test = self.expr("bool")
        if self.scope.chance(0.15):
            name = self.scope.target("int")
            test = f"({name} := {self.expr('int')}) {self.random.choice(['>', '<', '=='])} {self.expr('int', 1)}"
            self.scope.declare("int", name)
        lines = [f"if {test}:", *indent(self.body(self.random.randint(1, 3)))]
        if self.scope.chance(0.3):
            lines += [f"elif {self.expr('bool')}:", *indent(self.body(self.random.randint(1, 2)))]
        if self.scope.chance(0.5):
            lines += ["else:", *indent(self.body(self.random.randint(1, 2)))]
        return lines

    def for_(self) -> Lines:
        scope, pick = self.scope, self.random.choice
        name, other = scope.new_name(), scope.new_name()
        e = self.expr
        target, over, kinds = pick(
            [
                (name, f"range(({e('int')}) % 4)", ["int"]),
                (name, f"({e('list')})[:3]", ["int"]),
                (name, f"reversed(({e('list')})[:3])", ["int"]),
                (name, f"iter(({e('list')})[:3])", ["int"]),
                (name, f"sorted({e('set')})[:3]", ["int"]),
                (name, f"map(lambda x: x + 1, ({e('list')})[:3])", ["int"]),
                (name, f"filter(None, ({e('list')})[:4])", ["int"]),
                (name, f"{e('str')}[:3]", ["str"]),
                (name, f"{e('tuple')}", ["int"]),
                (name, f"({e('matrix')})[:3]", ["list"]),
                (name, f"list({e('dict')})", ["str"]),
                (f"{name}, {other}", f"enumerate(({e('list')})[:3])", ["int", "int"]),
                (f"{name}, {other}", f"zip(({e('list')})[:3], {e('str')})", ["int", "str"]),
                (f"{name}, {other}", f"{e('dict')}.items()", ["str", "int"]),
                (f"{name}, ({other}, _)", f"enumerate([{e('tuple')}, {e('tuple')}])", ["int", "int"]),
                (f"{name}, *{other}", f"[{e('tuple')}, {e('tuple')}]", ["int", "list"]),
            ]
        )
        with scope.block(in_loop=True):
            for kind, variable in zip(kinds, [name, other], strict=False):
                scope.declare(kind, variable)
            lines = [f"for {target} in {over}:", *indent(self.body(self.random.randint(1, 3)))]
        if scope.chance(0.2):
            lines += ["else:", *indent(self.body(1))]
        return lines

    def while_(self) -> Lines:
        scope = self.scope
        name = scope.new_name()
        scope.fixed.add(name)
        test = f"{name} < {self.random.choice(['2', '3', '4'])}"
        if scope.chance(0.3):
            test += f" {self.random.choice(['and', 'or False and'])} {self.expr('bool', 1)}"
        with scope.block(in_loop=True):
            scope.declare("int", name)
            body = [f"{name} += 1", *self.body(self.random.randint(1, 3))]
        lines = [f"{name} = 0"]
        lines += [f"while {test}:", *indent(body)]
        if scope.chance(0.2):
            lines += ["else:", *indent(self.body(1))]
        return lines

    def leave_loop(self) -> Lines:
        return [f"if {self.expr('bool')}:", "    " + self.random.choice(["break", "continue"])]

    def return_(self) -> Lines:
        return [f"if {self.expr('bool')}:", f"    return {self.expr(self.scope.returns)}"]

    def match_(self) -> Lines:
        e = self.expr
        kind = self.random.choice(["int", "list", "dict", "point", "str", "tuple"])
        name, other = self.scope.new_name(), self.scope.new_name()
        cases: dict[str, list[tuple[str, list[tuple[str, str]]]]] = {
            "int": [("0", []), ("-1 | 1", []), (f"int() as {name}", [("int", name)]), ("Color.RED.value", [])],
            "list": [
                ("[]", []),
                (f"[{name}]", [("int", name)]),
                (f"[{name}, *{other}]", [("int", name), ("list", other)]),
                (f"[0, *_, {name}]", [("int", name)]),
            ],
            "dict": [
                (f"{{'a': {name}, **{other}}}", [("int", name), ("dict", other)]),
                ("{'b': 2}", []),
                ("{}", []),
            ],
            "point": [
                (f"Point(x=0, y={name})", [("int", name)]),
                (f"Point({name}, {other})", [("int", name), ("int", other)]),
                ("Point()", []),
            ],
            "str": [("'a' | 'b'", []), (f"str({name})", [("str", name)]), ("GREETING_ENUM.TEXT", [])],
            "tuple": [(f"({name}, {other})", [("int", name), ("int", other)]), ("(0, _)", []), ("()", [])],
        }
        lines = [f"match {e(kind)}:"]
        for pattern, bound in self.random.sample(cases[kind], self.random.randint(1, len(cases[kind]))):
            if "GREETING_ENUM" in pattern:
                pattern = "'hello'"
            with self.scope.block():
                for bound_kind, variable in bound:
                    self.scope.declare(bound_kind, variable)
                guard = f" if {self.expr('bool')}" if self.scope.chance(0.3) else ""
                lines += [f"    case {pattern}{guard}:", *indent(indent(self.body(self.random.randint(1, 2))))]
        if self.scope.chance(0.6):
            lines += ["    case _:", *indent(indent(self.body(1)))]
        return lines

    def try_(self) -> Lines:
        scope = self.scope
        lines = ["try:", *indent(self.body(self.random.randint(1, 3)))]
        kinds = self.random.sample(_CATCH, self.random.randint(1, 2)) if scope.chance(0.85) else []
        if (kinds and scope.chance(0.5)) or not scope.may_raise:
            kinds.append("Exception")
        for kind in dict.fromkeys(kinds):
            name = "error" if scope.chance(0.6) else ""
            with scope.block(in_handler=True, caught=name):
                handler: Lines = []
                if name:
                    handler.append(
                        f"{scope.log}.append("
                        + self.random.choice([f"repr({name})", f"str({name})", f"({name}.args, type({name}).__name__)"])
                        + ")"
                    )
                handler += self.body(self.random.randint(0 if handler else 1, 2))
                if scope.may_raise and scope.chance(0.15):
                    handler.append(
                        self.random.choice(["raise", f"raise AppError({self.expr('int')}) from " + (name or "None")])
                    )
            lines += [f"except {kind}{' as ' + name if name else ''}:", *indent(handler)]
        if kinds and scope.chance(0.25):
            lines += ["else:", *indent(self.body(1))]
        if not kinds or scope.chance(0.3):
            final = self.body(self.random.randint(1, 2))
            if scope.chance(0.12):
                leaving = ["break", "continue"] if scope.in_loop else []
                leaving += [f"return {self.expr(scope.returns)}"] if scope.may_return else []
                if leaving:
                    final += [f"if {self.expr('bool')}:", "    " + self.random.choice(leaving)]
            lines += ["finally:", *indent(final)]
        return lines

    def raise_(self) -> Lines:
        scope = self.scope
        kind = self.random.choice(_ERRORS)
        arguments = self.random.choice(
            ["", self.expr("int"), self.expr("str"), f"{self.expr('int')}, {self.expr('str')}"]
        )
        line = f"raise {kind}({arguments})" if scope.chance(0.9) else f"raise {kind}"
        if scope.in_handler and scope.chance(0.2):
            line = "raise"
        elif scope.caught and scope.chance(0.2):
            line += f" from {scope.caught}"
        return [f"if {self.expr('bool')}:", "    " + line]

    def function(self) -> Lines:
        """A closure, called from expressions that follow."""
        scope = self.scope
        is_async = scope.is_async and scope.chance(0.35)
        name = f"inner{scope.counter}_{len(scope.functions)}"
        captured = [variable for variable in scope.variables["int"] if variable not in scope.fixed]
        lines: Lines = []
        with scope.block(
            is_async=is_async, can_await=True, in_loop=False, in_handler=False, caught="", may_return=False
        ):
            scope.functions = []
            if (captured := [variable for variable in captured if variable != "p"]) and scope.chance(0.5):
                shared = self.random.choice(captured)
                lines += [f"nonlocal {shared}", f"{shared} += p"]
            own = Scope(scope.random, is_async, scope.tag, scope.owner, log=scope.log, may_raise=scope.may_raise)
            own.strands = scope.strands
            own.variables = {kind: list(names) for kind, names in scope.variables.items()}
            own.fixed = {variable for names in own.variables.values() for variable in names}
            own.counter = 1000 + scope.counter * 100
            own.declare("int", "p")
            own.budget = self.random.randint(0, 2)
            own.may_return = False
            maker = StatementMaker(own)
            while own.budget > 0:
                lines += maker.statement()
            lines.append(f"return {maker.expr('int')}")
        scope.functions.append((name, is_async))
        default = f"={self.expr('int')}" if scope.chance(0.3) else ""
        return [f"{'async ' if is_async else ''}def {name}(p{default}):", *indent(lines)]
