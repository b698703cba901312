"""What is guarded means what it means in CPython: the same result, the same exception with the same words."""

from __future__ import annotations

import bisect
import collections
import copy
import heapq
import itertools
import math
import operator
import statistics
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from warren.engine.guarded.attributes import Attributes
from warren.engine.guarded.guards import Guards
from warren.engine.library.builtins import call_table
from warren.engine.values.containers import DefaultDict, Deque
from warren.engine.values.limits import Budget, Stop
from warren.engine.values.ordered_set import OrderedSet

GUARDS = Guards(Budget())
ATTRIBUTES = Attributes(GUARDS, lambda value, name: None)
CALLS = call_table(GUARDS, ATTRIBUTES) | GUARDS.table()

numbers = some.one_of(
    some.integers(-3, 3), some.floats(allow_nan=True), some.booleans(), some.sampled_from([1 << 70, -(1 << 3_000)])
)
scalars = some.one_of(numbers, some.text("ab", max_size=3), some.binary(max_size=2), some.none())
keys = some.one_of(some.integers(-3, 3), some.text("ab", max_size=2), some.tuples(some.integers(-2, 2)))
values = some.recursive(
    scalars,
    lambda inner: some.one_of(
        some.lists(inner, max_size=3),
        some.tuples(inner, inner),
        some.dictionaries(keys, inner, max_size=3),
        some.builds(Deque, some.lists(inner, max_size=3)),
        some.builds(collections.Counter, some.lists(keys, max_size=3)),
        some.builds(lambda pairs: collections.OrderedDict(pairs), some.lists(some.tuples(keys, inner), max_size=3)),
        some.builds(OrderedSet, some.lists(keys, max_size=3)),
    ),
    max_leaves=8,
)
comparable = some.one_of(
    some.lists(numbers, max_size=6),
    some.lists(some.tuples(some.integers(-2, 2), some.text("ab", max_size=2)), max_size=6),
    some.lists(some.lists(some.integers(-2, 2), max_size=3), max_size=6),
    some.lists(some.text("abc"), max_size=6),
    some.lists(scalars, max_size=4),
)


def outcome(work: Callable[[], Any]) -> Any:
    """The result as text, so that NaN is NaN, or the error; what is too large for the budget is for CPython, too."""
    GUARDS.budget.reset()
    try:
        return repr(work())
    except (Stop, OverflowError, MemoryError):
        return "too large"
    except Exception as error:  # any of them, which the other one must raise as well
        return type(error), str(error)


@given(values, values)
@example(OrderedSet([]), 0)
@example(OrderedSet([1]), {1: 2}.keys())
def test_comparisons(one: Any, other: Any) -> None:
    again = copy.deepcopy(one)
    for name, compare in {
        "==": operator.eq,
        "!=": operator.ne,
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
    }.items():
        for left, right in ((one, other), (one, one), (one, again)):
            ours = outcome(lambda: CALLS[f"@compare:{name}"](left, right))  # noqa: B023 - called at once
            assert ours == outcome(lambda: compare(left, right)), name  # noqa: B023 - likewise


@given(values, some.lists(values, max_size=4))
def test_membership(item: Any, items: list[Any]) -> None:
    for container in (items, tuple(items), Deque(items), [*items, item], {1: 2}, {1: 2}.values(), "ab", b"a", range(3)):
        assert outcome(lambda: CALLS["@compare:in"](item, container)) == outcome(lambda: item in container)  # noqa: B023
        assert outcome(lambda: CALLS["@compare:not-in"](item, container)) == outcome(  # noqa: B023
            lambda: item not in container  # noqa: B023
        )


@given(values, some.lists(values, max_size=4), some.integers(-3, 3))
def test_places_in_sequences(item: Any, items: list[Any], start: int) -> None:
    for made in (list, tuple, Deque):
        for given_items in ([*items], [*items, item], [item, *items]):
            for name, arguments in (
                ("index", (item,)),
                ("index", (item, start)),
                ("count", (item,)),
                ("remove", (item,)),
            ):
                if made is tuple and name == "remove":
                    continue
                ours, theirs = made(given_items), made(given_items)
                found = outcome(lambda: ATTRIBUTES.get(ours, name)(*arguments))  # noqa: B023
                assert found == outcome(lambda: getattr(theirs, name)(*arguments)), name  # noqa: B023
                assert repr(ours) == repr(theirs)


@given(comparable, some.integers(-2, 4))
def test_what_goes_over_items(items: list[Any], number: int) -> None:
    pairs: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "sorted": (lambda: CALLS["sorted"](items), lambda: sorted(items)),
        "reverse": (lambda: CALLS["sorted"](items, reverse=True), lambda: sorted(items, reverse=True)),
        "key": (lambda: CALLS["sorted"](items, key=repr), lambda: sorted(items, key=repr)),
        "max": (lambda: CALLS["max"](items), lambda: max(items)),
        "min": (lambda: CALLS["min"](iter(items), default=5), lambda: min(iter(items), default=5)),
        "min key": (lambda: CALLS["min"](items, key=repr), lambda: min(items, key=repr)),
        "max of arguments": (lambda: CALLS["max"](*items), lambda: max(*items)),
        "sum": (lambda: CALLS["sum"](items), lambda: sum(items)),
        "sum from a list": (lambda: CALLS["sum"](items, []), lambda: sum(items, [])),  # noqa: RUF017 - what is tested
        "sum from a float": (lambda: CALLS["sum"](iter(items), 0.5), lambda: sum(iter(items), 0.5)),
        "sum from text": (lambda: CALLS["sum"](items, ""), lambda: sum(items, "")),
        "dict": (lambda: CALLS["dict"](items), lambda: dict(items)),
        "fromkeys": (lambda: CALLS["dict.fromkeys"](items, 1), lambda: dict.fromkeys(items, 1)),
        "Counter": (lambda: CALLS["collections.Counter"](items), lambda: collections.Counter(items)),
        "nlargest": (lambda: CALLS["heapq.nlargest"](number, items), lambda: heapq.nlargest(number, items)),
        "nsmallest": (
            lambda: CALLS["heapq.nsmallest"](number, iter(items), repr),
            lambda: heapq.nsmallest(number, iter(items), repr),
        ),
        "median": (lambda: CALLS["statistics.median"](items), lambda: statistics.median(items)),
        "multimode": (lambda: CALLS["statistics.multimode"](items), lambda: statistics.multimode(items)),
        "bisect": (lambda: CALLS["bisect.bisect"](items, number), lambda: bisect.bisect(items, number)),
        "prod": (lambda: CALLS["math.prod"](items), lambda: math.prod(items)),
        "zip_longest": (
            lambda: list(CALLS["itertools.zip_longest"](items, "ab", fillvalue=number)),
            lambda: list(itertools.zip_longest(items, "ab", fillvalue=number)),
        ),
        "accumulate": (
            lambda: list(CALLS["itertools.accumulate"](items)),
            lambda: list(itertools.accumulate(items)),
        ),
        "groupby": (
            lambda: [(key, list(group)) for key, group in CALLS["itertools.groupby"](items)],
            lambda: [(key, list(group)) for key, group in itertools.groupby(items)],
        ),
    }
    for name, (ours, theirs) in pairs.items():
        assert outcome(ours) == outcome(theirs), name


@given(some.lists(some.tuples(some.integers(-3, 3), some.text("ab", max_size=2)), max_size=40), some.data())
def test_heaps(items: list[Any], data: Any) -> None:
    ours, theirs = list(items), list(items)
    for name in data.draw(
        some.lists(some.sampled_from(["heapify", "heappop", "heappush", "heappushpop", "heapreplace"]))
    ):
        arguments = () if name in {"heapify", "heappop"} else ((data.draw(some.integers(-3, 3)), "a"),)
        found = outcome(lambda: CALLS[f"heapq.{name}"](ours, *arguments))  # noqa: B023 - called at once
        assert found == outcome(lambda: getattr(heapq, name)(theirs, *arguments)), name  # noqa: B023 - likewise
        assert ours == theirs


@given(numbers, numbers)
def test_arithmetic(left: Any, right: Any) -> None:
    if isinstance(right, int | float) and abs(right) > 1_000:
        right = 3
    for name, compute in {
        "@add": operator.add,
        "@subtract": operator.sub,
        "@multiply": operator.mul,
        "@divide": operator.truediv,
        "@floor_divide": operator.floordiv,
        "@modulo": operator.mod,
        "@power": operator.pow,
        "@shift": operator.lshift,
        "@shift_right": operator.rshift,
        "@or": operator.or_,
        "@and": operator.and_,
        "@xor": operator.xor,
    }.items():
        assert outcome(lambda: CALLS[name](left, right)) == outcome(lambda: compute(left, right)), name  # noqa: B023
    for sign, unary in {"@negative": operator.neg, "@positive": operator.pos, "@inverted": operator.invert}.items():
        assert outcome(lambda: CALLS[sign](left)) == outcome(lambda: unary(left)), sign  # noqa: B023 - called at once


TEXTS = {
    "count": ("a", "", "aba"),
    "find": ("b", "aba", "x"),
    "rfind": ("b", "aba", "x"),
    "index": ("b", "x"),
    "rindex": ("b", "x"),
    "partition": ("b", ""),
    "rpartition": ("b",),
    "split": ("b", None, ""),
    "rsplit": ("b", None),
    "strip": ("ab", None),
    "startswith": ("a", ("x", "a"), ()),
    "endswith": ("a", ("x", "a")),
    "removeprefix": ("a",),
    "removesuffix": ("a",),
    "center": (9, -1),
    "zfill": (9,),
    "expandtabs": (3, 0),
    "join": (["x", "y"], iter("xyz"), 5, [1]),
    "encode": ("utf-8", "ascii", "nonsense"),
    "splitlines": (True, False),
    "translate": ({97: "zz", 98: None}, ["x"] * 128),
}


@pytest.mark.parametrize("name", TEXTS)
@given(text=some.one_of(some.text("ab \t\né", max_size=12), some.text("ab", min_size=60, max_size=90)))
def test_methods_of_text(name: str, text: str) -> None:
    for argument in TEXTS[name]:
        one, other = (copy.copy(argument), copy.copy(argument))
        kept = outcome(lambda: ATTRIBUTES.get(text, name)(one))  # noqa: B023 - called at once
        native = outcome(lambda: getattr(text, name)(other))  # noqa: B023 - likewise
        assert kept == native
        one = copy.copy(argument)
        assert outcome(lambda: ATTRIBUTES.called(text, name, one)(one)) == native  # noqa: B023 - likewise


@given(some.lists(some.tuples(some.sampled_from(["add", "pop", "discard", "remove", "update"]), some.integers(0, 6))))
def test_a_set_keeps_its_order(changes: list[tuple[str, int]]) -> None:
    made, model = OrderedSet(), dict[int, None]()
    for name, number in changes:
        match name:
            case "pop" if model:
                first = next(iter(model))
                assert made.pop() == first
                del model[first]
            case "add" | "update":
                getattr(made, name)(number if name == "add" else [number])
                model[number] = None
            case "discard":
                made.discard(number)
                model.pop(number, None)
            case "remove" if number in model:
                made.remove(number)
                del model[number]
        assert list(made) == list(model)


def test_popping_all_of_a_large_set_takes_linear_time() -> None:
    made = OrderedSet(range(200_000))
    assert [made.pop() for _ in range(200_000)] == list(range(200_000))


def test_deques_and_defaultdicts_are_cpythons() -> None:
    assert repr(Deque([1], 3)) == "deque([1], maxlen=3)"
    assert repr(DefaultDict(list, {1: [2]})) == "defaultdict(<class 'list'>, {1: [2]})"
    assert type(Deque([1]) + Deque([2])) is type(Deque([1]).copy()) is Deque
    assert type(DefaultDict(list).copy()) is type(DefaultDict(list) | {}) is DefaultDict
