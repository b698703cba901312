"""Type specs: plain JSON in, the tagged JSON of the annotation out, and every misfit named with its path."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import pathlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from warren.contracts.imported_types import ImportedTypes
from warren.contracts.values import decode, encode, type_ref
from warren.errors import InvalidInput
from warren.ir import FieldDef, Member, TypeDef
from warren.ir.expressions import Const, Param
from warren.ir.typespec import InputCheck, coerce, spec_text


class Color(enum.Enum):
    RED = "red"
    GREEN = 2


class Size(enum.StrEnum):
    S = "small"


@dataclass
class Item:
    sku: str
    price: decimal.Decimal
    tags: list[str] = field(default_factory=list)
    cached: int = field(default=0, init=False)


class Order(BaseModel):
    id: int
    color: Color = Color.RED
    items: list[Item] = []


class Problem(Exception):
    pass


ITEM, ORDER, COLOR, SIZE, PROBLEM = map(type_ref, (Item, Order, Color, Size, Problem))
TYPES = {
    COLOR: TypeDef(COLOR, "enum", ("enum:Enum",), members=(Member("RED", Const("red")), Member("GREEN", Const(2)))),
    SIZE: TypeDef(SIZE, "enum", ("enum:StrEnum", "builtins:str", "enum:Enum"), members=(Member("S", Const("small")),)),
    ITEM: TypeDef(
        ITEM,
        "dataclass",
        (),
        fields=(
            FieldDef("sku", "str"),
            FieldDef("price", "decimal"),
            FieldDef("tags", {"list": "str"}, factory="list"),
            FieldDef("cached", "int", default=Const(0), init=False),
        ),
    ),
    ORDER: TypeDef(
        ORDER,
        "model",
        (),
        fields=(
            FieldDef("id", "int", alias="orderId"),
            FieldDef("color", {"type": COLOR}, default=Const(encode(Color.RED))),
            FieldDef("items", {"list": {"type": ITEM}}, factory="list"),
        ),
    ),
    PROBLEM: TypeDef(PROBLEM, "exception", ("builtins:Exception", "builtins:BaseException")),
}


def bind_input(parameters: Any, params: Any, types: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    return InputCheck(parameters, params, types).bind(arguments)


def value_of(spec: Any, data: Any) -> Any:
    """The Python value that a worker would get for `data` given as `spec`."""
    return decode(coerce(spec, data, TYPES, "value"), ImportedTypes())


def problem_of(spec: Any, data: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        coerce(spec, data, TYPES, "value")
    return str(caught.value)


@pytest.mark.parametrize(
    ("spec", "data", "expected"),
    [
        ("none", None, None),
        ("bool", True, True),
        ("int", 3, 3),
        ("int", 2**70, 2**70),
        ("float", 3, 3.0),
        ("float", 0.5, 0.5),
        ("float", encode(float("inf")), float("inf")),
        ("float", encode(2**70), float(2**70)),
        ("str", "ü", "ü"),
        ("bytes", "AAE=", b"AAE="),
        ("datetime", "2026-01-02T03:04:05Z", dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)),
        ("date", "2026-01-02", dt.date(2026, 1, 2)),
        ("time", "03:04", dt.time(3, 4)),
        ("timedelta", 1.5, dt.timedelta(seconds=1.5)),
        ("timedelta", "P1DT2H", dt.timedelta(days=1, hours=2)),
        ("timedelta", "-PT0.5S", -dt.timedelta(seconds=0.5)),
        ("decimal", "1.10", decimal.Decimal("1.10")),
        ("decimal", 3, decimal.Decimal(3)),
        ("decimal", 0.1, decimal.Decimal("0.1")),
        ("uuid", "0189DB2D-0000-7000-8000-000000000000", uuid.UUID("0189db2d-0000-7000-8000-000000000000")),
        ("path", "a/b", pathlib.Path("a/b")),
        ({"list": "float"}, [1, 2], [1.0, 2.0]),
        ({"list": "int"}, encode((1, 2)), [1, 2]),
        ({"set": "int"}, [1, 2, 1], {1, 2}),
        ({"frozenset": "str"}, ["a"], frozenset("a")),
        ({"sequence": "date"}, encode((dt.date(2026, 1, 2),)), (dt.date(2026, 1, 2),)),
        ({"tuple": ["int", "uuid"]}, [1, str(uuid.UUID(int=5))], (1, uuid.UUID(int=5))),
        ({"tuple": []}, [], ()),
        ({"tuple_of": "int"}, [1, 2, 3], (1, 2, 3)),
        ({"dict": ["str", "decimal"]}, {"a": "1"}, {"a": decimal.Decimal(1)}),
        ({"dict": ["int", "any"]}, {"1": [None]}, {1: [None]}),
        ({"dict": ["date", "int"]}, {"2026-01-02": 1}, {dt.date(2026, 1, 2): 1}),
        ({"dict": ["str", "int"]}, {"ü": 1}, {"ü": 1}),
        ({"literal": ["a", 1]}, "a", "a"),
        ({"type": COLOR}, "red", Color.RED),
        ({"type": COLOR}, 2, Color.GREEN),
        ({"type": ITEM}, {"sku": "x", "price": 1}, Item("x", decimal.Decimal(1))),
        ({"type": ORDER}, {"orderId": 1}, Order(id=1)),
        (
            {"type": ORDER},
            {"orderId": "1", "color": 2, "items": [{"sku": "x", "price": "2"}], "ignored": 1},
            Order(id=1, color=Color.GREEN, items=[Item("x", decimal.Decimal(2))]),
        ),
        ("any", {"a": [1]}, {"a": [1]}),
    ],
)
def test_plain_json_becomes_what_the_type_asks_for(spec: Any, data: Any, expected: Any) -> None:
    value = value_of(spec, data)
    assert value == expected
    assert type(value) is type(expected)


def test_a_model_knows_which_fields_were_given() -> None:
    assert value_of({"type": ORDER}, {"orderId": 1}).model_fields_set == {"id"}


def test_optional_and_unions_prefer_what_the_value_already_is() -> None:
    optional = {"union": ["datetime", "none"]}
    assert value_of(optional, None) is None
    assert value_of(optional, "2026-01-02T00:00:00") == dt.datetime(2026, 1, 2)  # noqa: DTZ001 - a naive one is meant
    assert value_of({"union": ["float", "int"]}, 3) == 3
    assert type(value_of({"union": ["float", "int"]}, 3)) is int
    assert value_of({"union": ["date", "str"]}, "2026-01-02") == dt.date(2026, 1, 2)
    assert value_of({"union": ["uuid", "int"]}, str(uuid.UUID(int=1))) == uuid.UUID(int=1)
    either = {"union": [{"type": ORDER}, {"type": ITEM}]}
    assert value_of(either, {"orderId": 1}) == Order(id=1)
    assert value_of(either, encode(Item("a", decimal.Decimal(1)))) == Item("a", decimal.Decimal(1))


def test_a_union_of_objects_takes_the_one_that_keeps_all_fields() -> None:
    types = {
        name: TypeDef(name, "model", (), fields=tuple(FieldDef(part, "int") for part in parts))
        for name, parts in {"m:A": ["x"], "m:B": ["x", "y"]}.items()
    }
    coerced = coerce({"union": [{"type": "m:A"}, {"type": "m:B"}]}, {"x": 1, "y": 2}, types)
    assert coerced == {"$": "model", "t": "m:B", "v": {"x": 1, "y": 2}}


@pytest.mark.parametrize(
    ("spec", "data", "expected"),
    [
        ("int", 3.5, "value: expected int, got 3.5 (Input should be a valid integer, got a number with a fractional"),
        ("int", "x", 'value: expected int, got "x"'),
        ("bool", "perhaps", 'value: expected bool, got "perhaps"'),
        ("float", "x", 'value: expected float, got "x"'),
        ("str", None, "value: expected str, got null"),
        ("datetime", "soon", 'value: expected datetime, got "soon"'),
        ("datetime", {"$": "datetime", "v": "soon"}, "ill-formed value"),
        ("timedelta", "P", 'value: expected timedelta, got "P"'),
        ("timedelta", 1e300, "value: expected timedelta, got 1e+300"),
        ("decimal", "x", 'value: expected Decimal, got "x"'),
        ("uuid", "x", "expected UUID"),
        ({"list": "int"}, {"a": 1}, "value: expected list[int], got an object with 'a'"),
        ({"list": {"list": "int"}}, [[1], [2, "x"]], "value[1][1]: Input should be a valid integer"),
        ({"tuple": ["int", "str"]}, [1], "value[1]: missing"),
        ({"dict": ["int", "any"]}, {"x": 1}, "value key 'x': Input should be a valid integer"),
        ({"dict": ["str", "int"]}, {"$": "dict"}, "expected dict[str, int]"),
        (
            {"union": [{"type": ITEM}, "none"]},
            {"sku": 1, "price": 1},
            "value.sku: Input should be a valid string, got 1",
        ),
        ({"literal": ["a", 1]}, "b", 'value: expected one of "a", 1, got "b"'),
        ({"type": COLOR}, "blue", f'value: expected {COLOR}, got "blue"'),
        ({"type": ITEM}, encode(Color.RED), f"value: expected {ITEM}, got {COLOR}.RED"),
        ({"type": ITEM}, encode(Item("x", decimal.Decimal(1))) | {"v": {"sku": "x"}}, "has no 'price'"),
        ({"type": ORDER}, encode(Order(id=1)) | {"v": {"id": "x"}}, "should be a valid integer"),
        ({"type": PROBLEM}, {"message": "x"}, f"expected {PROBLEM}"),
        ({"instance": "m:Base"}, {"$": "subclass", "t": "m:Other", "v": 1}, "should be an instance of m:Base"),
        ({"type": "m:Unknown"}, {}, "expected m:Unknown"),
    ],
)
def test_what_does_not_fit_is_named(spec: Any, data: Any, expected: str) -> None:
    assert expected in problem_of(spec, data)


@pytest.mark.parametrize(
    ("spec", "inside", "outside"),
    [
        ({"bounded": ["int", {"gt": 0}]}, [1, encode(1 << 70)], [0, -1]),
        ({"bounded": ["float", {"ge": 0, "lt": 2.5}]}, [0.0, 2.0], [-1, 2.5]),
        ({"bounded": ["int", {"le": 9, "multiple_of": 3}]}, [9, -3], [12, 4]),
        ({"bounded": ["str", {"min_length": 1, "max_length": 2}]}, ["a", "ab"], ["", "abc"]),
        ({"bounded": [{"list": "int"}, {"max_length": 1}]}, [[], [1]], [[1, 2]]),
        ({"bounded": ["str", {"pattern": "^a+$"}]}, ["aa"], ["b"]),
        ({"bounded": ["date", {"gt": encode(dt.date(2026, 1, 1))}]}, [encode(dt.date(2026, 1, 2))], ["2025-12-31"]),
        ({"bounded": ["decimal", {"max_digits": 3, "decimal_places": 1}]}, [encode(decimal.Decimal("1.5"))], ["1.55"]),
        ({"dict": [{"bounded": ["int", {"lt": 5}]}, "int"]}, [encode({1: 1})], [{"7": 1}]),
    ],
)
def test_constraints_are_checked(spec: Any, inside: list[Any], outside: list[Any]) -> None:
    for value in inside:
        assert coerce(spec, value, TYPES) == value
    for value in outside:
        with pytest.raises(InvalidInput):
            coerce(spec, value, TYPES)


def test_constraints_that_convert() -> None:
    assert coerce({"bounded": ["str", {"strip_whitespace": True, "to_upper": True}]}, " a ", TYPES) == "A"
    assert coerce({"bounded": [{"list": "int"}, {"json": True}]}, "[1]", TYPES) == [1]
    assert value_of({"bounded": ["bytes", {"encoder": "Base64Encoder"}]}, "AAE=") == b"\x00\x01"


def test_what_is_already_a_model_may_be_out_of_bounds() -> None:
    """As natively: an assignment is not checked, and the model may be passed on."""
    types = {ORDER: TypeDef(ORDER, "model", (), fields=(FieldDef("id", {"bounded": ["int", {"gt": 0}]}),))}
    made = {"$": "model", "t": ORDER, "v": {"id": 0}}
    assert coerce({"type": ORDER}, made, types) == made
    with pytest.raises(InvalidInput, match="id: Input should be greater than 0, got 0"):
        coerce({"type": ORDER}, {"id": 0}, types)


def test_every_misfit_is_named_at_once() -> None:
    problem = problem_of({"type": ORDER}, {"orderId": "x", "items": [{"price": "y"}]})
    assert problem.split("; ") == [
        'value.orderId: Input should be a valid integer, unable to parse string as an integer, got "x"',
        "value.items[0].sku: missing",
        'value.items[0].price: Input should be a valid decimal, got "y"',
    ]


def test_an_exception_is_what_it_is_and_an_enum_that_is_a_str_is_a_str() -> None:
    assert isinstance(value_of({"type": PROBLEM}, encode(Problem("x"))), Problem)
    assert value_of("str", encode(Size.S)) == "small"


NODE = TypeDef(
    "m:Node",
    "model",
    (),
    fields=tuple(FieldDef(name, {"union": [{"type": "m:Node"}, "int", "none"]}) for name in ("left", "right")),
)


def nested(depth: int, leaf: Any) -> Any:
    tree = leaf
    for _ in range(depth):
        tree = {"left": tree, "right": 1, "extra": 1}
    return tree


def test_recursive_types_take_no_exponential_time() -> None:
    coerce({"type": "m:Node"}, nested(40, None), {"m:Node": NODE})
    with pytest.raises(InvalidInput, match=r"value\.left.*\(68 steps\).*: Input should be an object, got \"x\""):
        coerce({"type": "m:Node"}, nested(40, "x"), {"m:Node": NODE})


def test_nesting_is_bounded() -> None:
    with pytest.raises(InvalidInput):
        coerce({"type": "m:Node"}, nested(900, None), {"m:Node": NODE})


def lists(depth: int, wrap: Callable[[Any], Any] = lambda value: [value]) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = wrap(value)
    return value


@pytest.mark.parametrize("spec", ["any", None, {"list": "any"}])
@pytest.mark.parametrize(
    "wrap",
    [
        lambda value: [value],
        lambda value: {"$": "tuple", "v": [value]},
        lambda value: {"$": "dict", "v": [[1, value]]},
        lambda value: {"$": "model", "t": "m:Other", "v": {"a": value}},
    ],
    ids=["list", "tuple", "dict", "model"],
)
def test_a_value_has_as_many_levels_as_one_of_python_s(spec: Any, wrap: Callable[[Any], Any]) -> None:
    """Whatever its type: `Any` is no way around it, and tags are no levels."""
    coerce(spec, [lists(59, wrap)], {})
    with pytest.raises(InvalidInput, match="nested deeper than 60 levels"):
        coerce(spec, [lists(60, wrap)], {})


@pytest.mark.parametrize("ref", ["builtins:type", "typing:Never"])
def test_no_plain_json_stands_for_a_class_or_for_nothing(ref: str) -> None:
    with pytest.raises(InvalidInput):
        coerce({"instance": ref}, "int", {})


SCALARS = {
    "none": st.none(),
    "bool": st.booleans(),
    "int": st.integers(),
    "float": st.floats(allow_nan=False),
    "str": st.text(st.characters()),
    "bytes": st.binary(),
    "datetime": st.datetimes(timezones=st.sampled_from([None, dt.UTC])),
    "date": st.dates(),
    "time": st.times(),
    "timedelta": st.timedeltas(),
    "decimal": st.decimals(allow_nan=False, allow_infinity=False),
    "uuid": st.uuids(),
}
SPECS = st.recursive(
    st.sampled_from(sorted(SCALARS)),
    lambda inner: st.one_of(
        st.builds(lambda spec: {"list": spec}, inner),
        st.builds(lambda spec: {"sequence": spec}, inner),
        st.builds(lambda spec: {"tuple_of": spec}, inner),
        st.builds(lambda specs: {"tuple": specs}, st.lists(inner, max_size=3)),
        st.builds(lambda specs: {"union": specs}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda key, spec: {"dict": [key, spec]}, st.sampled_from(["str", "int", "date"]), inner),
        st.builds(lambda key: {"set": key}, st.sampled_from(["str", "int", "date"])),
    ),
    max_leaves=5,
)


def values(spec: Any) -> st.SearchStrategy[Any]:
    if isinstance(spec, str):
        return SCALARS[spec]
    ((kind, inner),) = spec.items()
    if kind == "tuple":
        return st.tuples(*map(values, inner))
    if kind == "union":
        return st.one_of(*map(values, inner))
    if kind == "dict":
        return st.dictionaries(values(inner[0]), values(inner[1]), max_size=3)
    items = st.lists(values(inner), max_size=3)
    return items.map({"list": list, "sequence": list, "tuple_of": tuple, "set": set}[kind])


@given(st.data())
def test_what_already_has_the_type_is_left_as_it_is(data: st.DataObject) -> None:
    spec = data.draw(SPECS)
    encoded = encode(data.draw(values(spec)))
    assert in_order(coerce(spec, encoded, {}, "value")) == in_order(encoded)


def in_order(data: Any) -> Any:
    """The same with sets in order: theirs depends on how they were made."""
    if isinstance(data, list):
        return [in_order(item) for item in data]
    if not isinstance(data, dict):
        return data
    made = {name: in_order(item) for name, item in data.items()}
    return {**made, "v": sorted(made["v"], key=repr)} if made.get("$") == "set" else made


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text() | st.sampled_from(["$", "t", "v", "n"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(SPECS | st.sampled_from([{"type": ITEM}, {"type": ORDER}, {"type": COLOR}]), JSON)
def test_any_json_is_taken_or_refused_and_taking_it_again_changes_nothing(spec: Any, data: Any) -> None:
    try:
        coerced = coerce(spec, data, TYPES, "value")
    except InvalidInput:
        return
    again = coerce(spec, coerced, TYPES, "value")
    assert again == coerced or coerced != coerced  # a NaN in it is unequal to itself


def test_specs_read_as_types() -> None:
    assert spec_text({"dict": ["str", {"union": [{"list": "decimal"}, "none"]}]}) == "dict[str, list[Decimal] | None]"
    assert spec_text({"tuple_of": "any"}) == "tuple[any value, ...]"


PARAMETERS = {"order_id": "int", "express": "bool", "note": {"union": ["str", "none"]}}
PARAMS = (
    Param("self"),
    Param("order_id"),
    Param("express", default=Const(False)),
    Param("note", "keyword", default=Const(None)),
)


def test_binding_leaves_out_defaults() -> None:
    assert bind_input(PARAMETERS, PARAMS, {}, {"order_id": 1}) == {"order_id": 1}
    assert bind_input(PARAMETERS, PARAMS, {}, {"note": None, "order_id": 1}) == {"note": None, "order_id": 1}


def test_binding_names_all_that_is_wrong() -> None:
    with pytest.raises(InvalidInput) as caught:
        bind_input(PARAMETERS, PARAMS, {}, {"orderid": 1, "express": "perhaps", "self": 1})
    assert str(caught.value) == (
        "the input does not fit run(order_id, express=..., note=...): "
        "unknown argument 'orderid' (did you mean 'order_id'?); "
        'express: expected bool, got "perhaps" (Input should be a valid boolean, unable to interpret input); '
        "unknown argument 'self'; "
        "missing argument 'order_id' (int)"
    )


def test_variadic_parameters_may_be_left_out() -> None:
    params = (Param("self"), Param("rest", "args"), Param("more", "kwargs"))
    assert bind_input({"rest": {"tuple_of": "int"}, "more": "any"}, params, {}, {}) == {}
