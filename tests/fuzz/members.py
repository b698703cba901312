"""What random classes have besides fields: methods, properties, constants and special methods, as source lines."""

from __future__ import annotations

import random

_SPECIAL = {
    "__eq__(self, other)": [
        "return isinstance(other, {root}) and {n} == {other}",
        "return {n} == {other} if isinstance(other, {root}) else NotImplemented",
        "return isinstance(other, {root}) and {n} % 3 == {other} % 3",
    ],
    "__ne__(self, other)": ["return isinstance(other, {root}) and {n} > {other}"],
    "__hash__(self)": ["return {n}", "return {n} % 2", "return 7"],
    "__lt__(self, other)": [
        "return {n} < {other}",
        "return {n} > {other} if isinstance(other, {root}) else NotImplemented",
    ],
    "__gt__(self, other)": ["return {n} > {other}"],
    "__le__(self, other)": ["return {n} <= {other}", "return not {other} < {n}"],
    "__str__(self)": ["return f'<{{{n}}}>'", "return self.describe() + '!'", "return type(self).__name__"],
    "__repr__(self)": ["return f'{{type(self).__name__}}/{{{n}}}'"],
    "__format__(self, spec)": ["return f'{{{n}}}|{{spec}}'"],
    "__len__(self)": ["return {n} % 4", "return {n}"],
    "__bool__(self)": ["return {n} > 0", "return len(self.describe()) > 5"],
    "__getitem__(self, key)": [
        "return [{n}, 4, 5][key]",
        "if key == 3:\n    raise IndexError(key)\nreturn ({n}, str(key))",
    ],
    "__setitem__(self, key, value)": ["{n} = value"],
    "__delitem__(self, key)": ["{n} = 0"],
    "__contains__(self, item)": ["return item == {n}", "return [item][:{n} % 2]"],
    "__iter__(self)": ["return iter([{n}, 2, 3])", "return iter('abc')"],
    "__reversed__(self)": ["return [3, {n}]"],
    "__next__(self)": ["if {n} > 3:\n    raise StopIteration\n{n} += 1\nreturn {n}"],
    "__add__(self, other)": ["return {n} + {other}", "return {n} + other if type(other) is int else NotImplemented"],
    "__radd__(self, other)": ["return [other, {n}]", "return NotImplemented"],
    "__iadd__(self, other)": ["{n} += 5\nreturn self"],
    "__sub__(self, other)": ["return NotImplemented", "return ({n}, other == self)"],
    "__mul__(self, other)": ["return f'{{{n}}}*{{other}}'"],
    "__rmul__(self, other)": ["return {n} * other"],
    "__or__(self, other)": ["return [self, other]"],
    "__matmul__(self, other)": ["return {n}"],
    "__neg__(self)": ["return -{n}"],
    "__abs__(self)": ["return abs({n})"],
    "__int__(self)": ["return {n}"],
    "__index__(self)": ["return {n} % 3"],
    "__float__(self)": ["return {n} + 0.5"],
    "__round__(self, digits=None)": ["return [{n}, digits]"],
    "__call__(self, value=1)": ["return {n} + value", "return [self.describe(), value]"],
}
MUTATING = frozenset({"__setitem__", "__delitem__", "__next__", "__iadd__"})
"""Special methods that assign an attribute, which a frozen class does not allow."""
ORDERING = frozenset({"__lt__", "__gt__", "__le__", "__ge__"})


def special_methods(choose: random.Random, *, number: str, root: str, without: set[str]) -> dict[str, list[str]]:
    """A few special methods by name. `number` is the source of an int of `self`, `root` a class that all have."""
    found = {}
    for head in choose.sample(list(_SPECIAL), choose.choice([0, 1, 2, 3, 5, 8])):
        name = head.partition("(")[0]
        bodies = [body for body in _SPECIAL[head] if root or "{root}" not in body]
        if name in without or not bodies:
            continue
        body = choose.choice(bodies).format(n=number, other=number.replace("self", "other"), root=root)
        found[name] = [f"def {head}:", *("    " + line for line in body.split("\n"))]
    return found


def plain_members(choose: random.Random, *, number: str, names: tuple[str, ...], model: bool) -> dict[str, list[str]]:
    """A few of the members with these names, each as a constant, method, property, class or static method."""
    found = {}
    for name in names:
        if choose.random() < 0.5:
            continue
        value = choose.choice(["3", "-1", "'text'", "(1, 2)"])
        mark = ": ClassVar" if model else ""
        expression = choose.choice(
            [number, f"{number} + 1", f"[{number}]", "str(self)", "self.describe()", "self.kind"]
        )
        match choose.choice(["constant", "method", "method", "property"]):
            case "constant":
                found[name] = [f"{name}{mark} = {value}"]
            case "method":
                found[name] = [f"def {name}(self, k=2):", f"    return [k, {expression}]"]
            case _:
                found[name] = ["@property", f"def {name}(self):", f"    return {expression}"]
    if choose.random() < 0.4:
        found["describe"] = ["def describe(self):", f"    return f'{choose.randint(1, 99)} {{{number}}} {{self.kind}}'"]
    if choose.random() < 0.3:
        found["scale"] = ["@staticmethod", "def scale(n):", f"    return n * {choose.randint(2, 9)}"]
    if choose.random() < 0.3:
        found["named"] = ["@classmethod", "def named(cls, n=1):", "    return [cls.__name__, cls.kind, n]"]
    return found
