"""Functions that are made of others and kept: `functools.partial` and the getters of `operator`; and its operators."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from warren.engine.guarded.conversions import of_number
from warren.engine.guarded.guards import Guards
from warren.engine.namespace import Global, comparison_name
from warren.engine.values.kept import FIELDS, kept
from warren.engine.values.limits import OBJECT_BYTES, Stop
from warren.errors import NotSupportedInWorkflow

if TYPE_CHECKING:
    from warren.engine.guarded.attributes import Attributes


@kept("partial", "args func keywords")
class Partial:
    """`functools.partial`."""

    __slots__ = ("args", "func", "guards", "keywords")

    def __init__(self, func: Any, args: tuple[Any, ...], keywords: dict[str, Any], guards: Guards) -> None:
        self.func = func
        self.args = args
        self.keywords = keywords
        self.guards = guards

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        self.guards.budget.spend(1 + (len(self.args) >> 3) + (len(self.keywords) >> 1))
        return self.guards.callee(self.func)(*self.args, *args, **{**self.keywords, **kwargs})

    def __repr__(self) -> str:
        named = [f"{name}={value!r}" for name, value in self.keywords.items()]
        return f"functools.partial({', '.join([repr(self.func), *map(repr, self.args), *named])})"

    def __warren_attribute__(self, name: str) -> Any:
        if name in FIELDS[Partial]:
            return getattr(self, name)
        raise AttributeError(f"'functools.partial' object has no attribute '{name}'", name=name, obj=self)


@kept("itemgetter", "items")
class Getter:
    """`operator.itemgetter`."""

    __slots__ = ("guards", "items")

    def __init__(self, items: tuple[Any, ...], guards: Guards) -> None:
        self.items = items
        self.guards = guards

    def __call__(self, obj: Any, /) -> Any:
        item, guards = self.guards.item, self.guards
        if len(self.items) == 1:
            return item(obj, self.items[0])
        guards.items(len(self.items))
        return tuple([item(obj, index) for index in self.items])

    def __repr__(self) -> str:
        return f"operator.itemgetter({', '.join(map(repr, self.items))})"


@kept("attrgetter", "names")
class AttributeGetter:
    """`operator.attrgetter`, by what workflow code may read."""

    __slots__ = ("attributes", "names")

    def __init__(self, names: tuple[str, ...], attributes: Attributes) -> None:
        self.names = names
        self.attributes = attributes

    def __call__(self, obj: Any, /) -> Any:
        self.attributes.guards.budget.spend(sum([2 + name.count(".") for name in self.names]))
        found = tuple([self._read(obj, name) for name in self.names])
        return found[0] if len(found) == 1 else found

    def _read(self, value: Any, path: str) -> Any:
        for name in path.split("."):
            value = self.attributes.get(value, name)
        return value

    def __repr__(self) -> str:
        return f"operator.attrgetter({', '.join(map(repr, self.names))})"


@kept("methodcaller", "args keywords name")
class MethodCaller:
    """`operator.methodcaller`, by what workflow code may call."""

    __slots__ = ("args", "attributes", "keywords", "name")

    def __init__(self, name: str, args: tuple[Any, ...], keywords: dict[str, Any], attributes: Attributes) -> None:
        self.name = name
        self.args = args
        self.keywords = keywords
        self.attributes = attributes

    def __call__(self, obj: Any, /) -> Any:
        return self.attributes.get(obj, self.name)(*self.args, **self.keywords)


CALLABLES = {
    Partial: "partial",
    Getter: "itemgetter",
    AttributeGetter: "attrgetter",
    MethodCaller: "methodcaller",
}
"""All of them, by the name that CPython's own has."""
for _cls, _name in CALLABLES.items():
    _cls.__name__ = _cls.__qualname__ = _name


def callables_table(guards: Guards, attributes: Attributes) -> dict[str, Any]:
    """Those of `functools` and `operator` by intrinsic name."""
    allocate = guards.budget.allocate

    def partial(func: Any, /, *args: Any, **keywords: Any) -> Partial:
        if not callable(func):
            raise TypeError("the first argument must be callable")
        allocate(OBJECT_BYTES)
        if isinstance(func, Partial):
            allocate(8 * len(func.args) + 100 * len(func.keywords))
            return Partial(func.func, (*func.args, *args), {**func.keywords, **keywords}, guards)
        return Partial(func, args, keywords, guards)

    def itemgetter(*items: Any) -> Getter:
        operator.itemgetter(*items)
        allocate(OBJECT_BYTES)
        return Getter(items, guards)

    def attrgetter(*names: Any) -> AttributeGetter:
        operator.attrgetter(*names)
        for name in names:
            _check_public(name)
        return AttributeGetter(names, attributes)

    def methodcaller(*args: Any, **keywords: Any) -> MethodCaller:
        operator.methodcaller(*args, **keywords)
        name, *others = args
        _check_public(name)
        return MethodCaller(name, tuple(others), keywords, attributes)

    made = {"itemgetter": itemgetter, "attrgetter": attrgetter, "methodcaller": methodcaller}
    return (
        {"functools.partial": partial}
        | {f"operator.{name}": function for name, function in made.items()}
        | _operators(guards)
    )


def _check_public(path: str) -> None:
    if any(name.startswith("_") for name in path.split(".")):
        raise Stop(NotSupportedInWorkflow(f"operator: {path!r}: names that start with an underscore are private"))


PLAIN = ("index", "is_", "is_not", "not_", "truth")
"""Operators that need no guard."""


def _operators(guards: Guards) -> dict[str, Any]:
    table = guards.operators() | guards.comparisons()
    contains = table[comparison_name("in")]
    guarded = {
        "abs": of_number(guards, abs),
        "add": table[Global.ADD],
        "concat": table[Global.ADD],
        "contains": lambda container, item: contains(item, container),
        "and_": table[Global.AND],
        "eq": table[comparison_name("==")],
        "floordiv": table[Global.FLOOR_DIVIDE],
        "ge": table[comparison_name(">=")],
        "getitem": guards.item,
        "gt": table[comparison_name(">")],
        "inv": table[Global.INVERTED],
        "invert": table[Global.INVERTED],
        "le": table[comparison_name("<=")],
        "lshift": table[Global.SHIFT],
        "lt": table[comparison_name("<")],
        "mod": table[Global.MODULO],
        "mul": table[Global.MULTIPLY],
        "ne": table[comparison_name("!=")],
        "neg": table[Global.NEGATIVE],
        "or_": table[Global.OR],
        "pos": table[Global.POSITIVE],
        "pow": table[Global.POWER],
        "rshift": table[Global.SHIFT_RIGHT],
        "sub": table[Global.SUBTRACT],
        "truediv": table[Global.DIVIDE],
        "xor": table[Global.XOR],
    }
    plain = {name: getattr(operator, name) for name in PLAIN}
    return {f"operator.{name}": function for name, function in (guarded | plain).items()}
