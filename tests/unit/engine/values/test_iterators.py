"""The engine's iterators, views and sets behave as CPython's own, but for the order of sets and for being kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from warren.engine.values import iterators as own
from warren.engine.values import views as views_of
from warren.engine.values.limits import Budget, Stop
from warren.engine.values.ordered_set import OrderedFrozenSet, OrderedSet

BUDGET = Budget()

numbers = some.lists(some.integers(-5, 5), max_size=8)


def outcome(of: Callable[[], Any]) -> Any:
    """What a call gives or raises."""
    try:
        return of()
    except Exception as error:
        return type(error), str(error)


def take(iterator: Iterator[Any], count: int, between: Callable[[], None] = lambda: None) -> list[Any]:
    taken = []
    for _ in range(count):
        taken.append(outcome(lambda: next(iterator)))
        between()
    return taken


@pytest.mark.parametrize("value", [[], [1, 2], (3,), "héé", b"ab", range(4), {"a": 1, "b": 2}])
def test_an_iterator_gives_the_items_and_then_nothing_for_good(value: Any) -> None:
    assert take(own.make_iterator(value, BUDGET), 6) == take(iter(value), 6)
    iterator = own.make_iterator(value, BUDGET)
    assert own.make_iterator(iterator, BUDGET) is iterator


@pytest.mark.parametrize("value", [[], [1, 2], (3,), "ab", range(4), {"a": 1, "b": 2}])
def test_reversed(value: Any) -> None:
    assert take(own.make_reversed(value, BUDGET), 6) == take(reversed(value), 6)


@pytest.mark.parametrize("value", [5, None, 1.5, OrderedSet([1])])
def test_what_cannot_be_reversed_says_so_as_cpython_does(value: Any) -> None:
    native = set() if isinstance(value, OrderedSet) else value
    assert outcome(lambda: own.make_reversed(value, BUDGET)) == outcome(lambda: reversed(native))


@pytest.mark.parametrize("value", [5, None, 1.5])
def test_what_cannot_be_iterated_says_so_as_cpython_does(value: Any) -> None:
    assert outcome(lambda: own.make_iterator(value, BUDGET)) == outcome(lambda: iter(value))


@given(
    items=numbers, changes=some.lists(some.sampled_from(["append", "pop", "clear", "insert", "nothing"]), max_size=9)
)
def test_a_list_that_changes_is_seen_to_change(items: list[int], changes: list[str]) -> None:
    ours, theirs = list(items), list(items)
    one, other = own.make_iterator(ours, BUDGET), iter(theirs)
    back, back_of_theirs = own.make_reversed(ours, BUDGET), reversed(theirs)
    for change in changes:
        for changed in (ours, theirs):
            {
                "append": lambda: changed.append(9),  # noqa: B023 - called in this very turn
                "pop": lambda: outcome(changed.pop),  # noqa: B023
                "clear": changed.clear,
                "insert": lambda: changed.insert(0, 8),  # noqa: B023
                "nothing": lambda: None,
            }[change]()
        assert outcome(lambda: next(one)) == outcome(lambda: next(other))
        assert outcome(lambda: next(back)) == outcome(lambda: next(back_of_theirs))


@pytest.mark.parametrize("kind", ["keys", "values", "items"])
@pytest.mark.parametrize("change", ["grow", "shrink", "replace", "update"])
def test_a_dict_that_changes_is_an_error_where_it_is_for_cpython(kind: str, change: str) -> None:
    made = []
    for views in ({"keys": views_of.DictKeys, "values": views_of.DictValues, "items": views_of.DictItems}, None):
        mapping = {"a": 1, "b": 2, "c": 3}
        view = views[kind](mapping) if views else getattr(mapping, kind)()
        iterator = own.make_iterator(view, BUDGET) if views else iter(view)
        first = next(iterator)
        if change == "grow":
            mapping["d"] = 4
        elif change == "shrink":
            del mapping["c"]
        elif change == "update":
            mapping["b"] = 20
        made.append([first, *take(iterator, 4)])
    assert made[0] == made[1]


def test_a_set_that_changes_is_an_error() -> None:
    items = OrderedSet([1, 2])
    iterator = own.make_iterator(items, BUDGET)
    next(iterator)
    items.add(3)
    assert outcome(lambda: next(iterator)) == (RuntimeError, "Set changed size during iteration")


@given(first=numbers, second=numbers, strict=some.booleans())
def test_zip(first: list[int], second: list[int], strict: bool) -> None:
    ours = own.ZipIterator([own.make_iterator(first, BUDGET), own.make_iterator(second, BUDGET)], strict, BUDGET)
    assert outcome(lambda: list(ours)) == outcome(lambda: list(zip(first, second, strict=strict)))


@pytest.mark.parametrize("sizes", [(), (0,), (2, 2, 2), (1, 2, 2), (2, 2, 1), (2, 1, 2), (0, 1)])
def test_strict_zip_names_the_argument(sizes: tuple[int, ...]) -> None:
    ours = own.ZipIterator([own.make_iterator(range(size), BUDGET) for size in sizes], True, BUDGET)
    assert outcome(lambda: list(ours)) == outcome(lambda: list(zip(*map(range, sizes), strict=True)))


@given(items=numbers)
def test_enumerate_map_and_filter(items: list[int]) -> None:
    budget = Budget()
    assert list(own.EnumerateIterator(own.make_iterator(items, BUDGET), 3, BUDGET)) == list(enumerate(items, 3))
    assert list(own.MapIterator(abs, [own.make_iterator(items, BUDGET)], BUDGET)) == list(map(abs, items))
    assert list(own.FilterIterator(None, own.make_iterator(items, BUDGET), budget)) == list(filter(None, items))
    big = own.FilterIterator(lambda n: n > 2, own.make_iterator(items, BUDGET), budget)
    assert list(big) == [item for item in items if item > 2]


def test_one_step_of_a_filter_takes_a_step_for_each_item() -> None:
    endless = own.MapIterator(lambda _: 0, [own.make_iterator(range(10**9), BUDGET)], BUDGET)
    with pytest.raises(Stop):
        next(own.FilterIterator(None, endless, Budget()))


def test_views_are_live_and_have_the_operators_of_sets() -> None:
    mapping = {"a": 1, "b": 2}
    keys, items, values = views_of.DictKeys(mapping), views_of.DictItems(mapping), views_of.DictValues(mapping)
    mapping["c"] = 3
    assert list(keys) == ["a", "b", "c"]
    assert len(items) == 3
    assert ("c", 3) in items
    assert 3 in values
    assert keys & {"a", "x"} == {"a"}
    assert list(reversed(list(keys))) == list(reversed(mapping))
    assert list(reversed(items)) == list(reversed(mapping.items()))
    assert list(reversed(values)) == [3, 2, 1]
    for ours, theirs in ((keys, mapping.keys()), (items, mapping.items()), (values, mapping.values())):
        assert repr(ours) == repr(theirs)


# sets


def pair(items: list[int]) -> tuple[OrderedSet, set[int]]:
    return OrderedSet(items), set(items)


@given(
    first=numbers, second=numbers, operator=some.sampled_from(["|", "&", "-", "^", "<", "<=", ">", ">=", "==", "!="])
)
def test_operators_of_sets(first: list[int], second: list[int], operator: str) -> None:
    (ours, theirs), (other, others) = pair(first), pair(second)
    got, wanted = eval(f"a {operator} b", {"a": ours, "b": other}), eval(f"a {operator} b", {"a": theirs, "b": others})
    assert (set(got) if isinstance(got, OrderedSet) else got) == wanted


@given(first=numbers, second=numbers)
def test_methods_of_sets(first: list[int], second: list[int]) -> None:
    for name in ("union", "intersection", "difference", "symmetric_difference", "issubset", "issuperset", "isdisjoint"):
        ours, theirs = pair(first)
        got, wanted = getattr(ours, name)(second), getattr(theirs, name)(second)
        assert (set(got) if isinstance(got, OrderedSet) else got) == wanted
    for name in ("update", "intersection_update", "difference_update", "symmetric_difference_update"):
        ours, theirs = pair(first)
        getattr(ours, name)(second)
        getattr(theirs, name)(second)
        assert set(ours) == theirs


@pytest.mark.parametrize("name", ["issuperset", "issubset", "isdisjoint", "union", "difference", "intersection"])
@pytest.mark.parametrize("other", [[5, {}], [1, {}], [[]], [], (1,), "ab", 5, {1: 2}])
def test_what_methods_of_sets_look_at(name: str, other: Any) -> None:
    ours, theirs = pair([1, 2])
    got, wanted = outcome(lambda: getattr(ours, name)(other)), outcome(lambda: getattr(theirs, name)(other))
    assert (set(got) if isinstance(got, OrderedSet) else got) == wanted


@given(items=numbers)
def test_sets_keep_the_order_of_insertion(items: list[int]) -> None:
    assert list(OrderedSet(items)) == list(dict.fromkeys(items))


@pytest.mark.parametrize("name", ["remove", "pop", "add", "discard"])
def test_changing_a_set_raises_what_cpython_raises(name: str) -> None:
    ours, theirs = pair([])
    arguments: list[Any] = {"remove": [3], "pop": [], "add": [[]], "discard": [[]]}[name]
    assert outcome(lambda: getattr(ours, name)(*arguments)) == outcome(lambda: getattr(theirs, name)(*arguments))


def test_names_and_texts_of_sets() -> None:
    assert repr(OrderedSet()) == "set()"
    assert repr(OrderedSet([1, "a"])) == "{1, 'a'}"
    assert repr(OrderedFrozenSet([1])) == "frozenset({1})"
    assert type(OrderedSet()).__name__ == "set"
    assert hash(OrderedFrozenSet([1, 2])) == hash(OrderedFrozenSet([2, 1]))
    assert outcome(lambda: {OrderedSet(): 1}) == outcome(lambda: {set(): 1})
    assert OrderedSet([1]) == {1}
    assert OrderedFrozenSet([1]) == OrderedSet([1])
