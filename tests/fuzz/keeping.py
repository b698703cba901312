"""Random statements that keep something for later: iterators, bound methods, and containers that change in between."""

from __future__ import annotations

from tests.fuzz.awaits import AwaitMaker, Lines, indent


class KeepingMaker(AwaitMaker):
    """The part of the statement maker that keeps things across other statements."""

    def assign(self) -> Lines:
        """A plain assignment; the statement maker has it."""
        raise NotImplementedError

    def iterator(self) -> Lines:
        """An iterator that is kept, and moved on by what follows."""
        e, name = self.expr, self.scope.new_name()
        made = self.random.choice(
            [
                f"iter({e('list')})",
                f"enumerate({e('strs')}, {self.expressions.small(1)})",
                f"zip({e('list')}, {e('str')})",
                f"map({self.expressions.lambda_of(2)}, {e('list')})",
                f"filter({self.expressions.lambda_of(2, 'bool')}, {e('list')})",
                f"reversed({e('list')})",
                f"iter({e('dict')}.items())",
                *self._of_itertools(),
            ]
        )
        log = self.scope.log
        body = self.body(self.random.randint(1, 2))
        return [
            f"{name} = {made}",
            f"{log}.append(next({name}, None))",
            *body,
            f"{log}.append(next({name}, 'end'))",
            f"for {name}_item in {name}:",
            f"    if len({log}) > 60:",  # the body may make what is gone through longer and longer
            "        break",
            *indent(self.body(1, in_loop=True)),
            f"    {log}.append({name}_item)",
        ]

    def _of_itertools(self) -> list[str]:
        e, m = self.expr, self.expressions
        return [
            f"chain({e('list')}, {e('str')})",
            f"islice(cycle({e('list')}), 5)",
            f"islice(count({e('int')}), {m.small(1)}, 6, 2)" if self.scope.may_raise else f"islice({e('list')}, 3)",
            f"accumulate({e('list')}, {self.random.choice(['max', 'operator.add', 'lambda a, b: a - b'])})",
            f"map(lambda pair: (pair[0], list(pair[1])), groupby({e('list')}, {m.lambda_of(2)}))",
            f"pairwise({e('list')})",
            f"product({e('list')}[:3], {e('str')}[:3])",
            f"itertools.combinations({e('list')}[:4], 2)",
            f"itertools.zip_longest({e('list')}, {e('str')})",
            f"iter(deque({e('list')}))",
        ]

    def kept_container(self) -> Lines:
        """A container of `collections` that is kept, shared and changed."""
        e, name, log = self.expr, self.scope.new_name(), self.scope.log
        made, change = self.random.choice(
            [
                (f"deque({e('list')}, {self.random.choice(['None', '3'])})", f"{name}.append({e('int', 1)})"),
                (f"deque({e('list')})", f"{name}.rotate({self.expressions.small(1)})"),
                (f"Counter({e('str')})", f"{name}.update({e('strs', 1)})"),
                ("defaultdict(list)", f"{name}[{self.expressions.key()}].append({e('int', 1)})"),
                (f"OrderedDict({e('dict')})", f"{name}[{self.expressions.key()}] = {e('int', 1)}"),
            ]
        )
        loop = [f"for {name}_item in {name}:", *indent(self.body(1, in_loop=True)), f"    {log}.append({name}_item)"]
        return [
            f"{name} = {name}_too = {made}",
            *self.body(1),
            change,
            *(loop if self.scope.chance(0.4) else []),
            f"{log}.append([list({name}), len({name}_too), {name} is {name}_too])",
        ]

    def method_value(self) -> Lines:
        """A bound method that is kept and called later."""
        kind = self.random.choice(["list", "dict", "str", "point"])
        value = self.scope.pick(kind) or self.expr(kind)
        x = self.expr("int", 1)
        method, call = {
            "list": ("append", f"({x})"),
            "dict": ("get", f"({self.expressions.key()}, {x})"),
            "str": self.random.choice([("join", f"({self.expr('strs')})"), ("upper", "()"), ("replace", "('a', 'b')")]),
            "point": ("norm", "()"),
        }[kind]
        name = self.scope.new_name()
        return [f"{name} = {value}.{method}", *self.body(1), f"{self.scope.log}.append({name}{call})"]

    def places(self) -> Lines:
        """Several places assigned at once."""
        kinds = [kind for kind in ("list", "point", "dict") if self.scope.pick(kind)]
        if not kinds:
            return self.assign()
        targets = []
        for kind in self.random.choices(kinds, k=2):
            name = self.scope.pick(kind)
            places = {"list": f"{name}[{self.expressions.small(1)}]", "point": f"{name}.x"}
            targets.append(places.get(kind, f"{name}[{self.expressions.key()}]"))
        if self.scope.chance(0.3):
            return [f"for {targets[0]} in {self.expr('tuple')}:", *indent(self.body(1, in_loop=True))]
        return [f"{', '.join(targets)} = {self.expr('tuple')}"]

    def changing_loop(self) -> Lines:
        """A loop over a container that its body changes."""
        kind = self.random.choice(["list", "dict"])
        name = self.scope.pick(kind)
        if name is None:
            return self.assign()
        item = self.scope.new_name()
        body = self.body(1, in_loop=True)
        change = f"{name}.append({item})" if kind == "list" else f"{name}[{self.expressions.key()}] = 1"
        return [
            f"for {item} in {name}:",
            f"    if len({name}) > 12:",
            "        break",
            *indent(body),
            f"    if len({name}) < {self.random.choice(['3', '5', '9'])}:",
            f"        {change}",
            *(["    else:", f"        {name}.clear()"] if kind == "list" and self.scope.chance(0.3) else []),
        ]
