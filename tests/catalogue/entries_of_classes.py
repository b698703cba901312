"""The catalogue's enums, dataclasses, named tuples, typed dictionaries and models: rows of `entries`, by group."""

from __future__ import annotations

from typing import Any, Final

Row = tuple[str, list[Any], list[str]]

ID7 = "0189db2d-0000-7000-8000-000000000000"

ENUMS: Final[list[Row]] = [
    ("Color", ["red", 2, [1, "two"], "blue", "RED"], ["Color.GREEN", "Color.PAIR"]),
    ("Level", [1, 2, 7, "1"], ["Level.HIGH"]),
    ("Size", ["small", "x"], ["Size.L"]),
    ("Mixed", ["a", "x"], ["Mixed.B"]),
    ("Aliased", [1, 2, 3], ["Aliased.UNO"]),
    ("Planet", [[5.97, 6.37], [1, 2]], ["Planet.MARS"]),
    ("Coordinate", [0, 5], ["Coordinate.PY"]),
    ("Permission", [1, 2, 3, 9], ["Permission.READ | Permission.WRITE"]),
    ("Bits", [1, 3, "x"], ["Bits.ONE | Bits.TWO"]),
    ("Lenient", ["yes", "y", "no"], ["Lenient.YES"]),
    ("list[Color]", [["red", 2], ["x"]], ["[Color.RED]"]),
]

DATACLASSES: Final[list[Row]] = [
    ("Point", [{"x": 1}, {"x": "1", "y": 2}, {"y": 1}, {"x": 1, "z": 3}, []], ["Point(1, 2)"]),
    ("Frozen", [{"name": "a", "tags": ["t"]}, {"name": 1}], ["Frozen('a')"]),
    ("Slotted", [{"a": 1}, {"a": 1, "b": [2]}, {"b": 1}], ["Slotted(1)"]),
    ("Ordered", [{"rank": 1}, {"rank": 1, "label": "x"}], ["Ordered(1, 'a')"]),
    ("KeywordOnly", [{"a": 1}, {"b": "x"}], ["KeywordOnly(a=1)"]),
    ("Conf", [{"a": 1}, {"a": "x"}], ["Conf(2)", "conf(1, 7)"]),
    ("Initialised", [{"a": 1}, {"a": 1, "factor": 3}], ["Initialised(2, 5)"]),
    ("Derived", [{"x": 1, "z": 2}], ["Derived(1, 2, 3)"]),
    ("Tree", [{"value": 1, "children": [{"value": 2}]}, {"value": 1, "children": [{}]}], ["Tree(1, [Tree(2)])"]),
    ("Box[int]", [{"value": 1, "next": {"value": "2"}}, {"value": "x"}], ["Box(1)"]),
    ("Box[list[Item]]", [{"value": [{"sku": "a"}]}], ["Box([Item(sku='b')])"]),
    ("Checked", [{"age": 1}, {"age": -1}], ["Checked(age=3)"]),
    ("Strict", [{"age": 1}, {"age": "1"}], ["Strict(age=3)"]),
    ("list[Point]", [[{"x": 1}], [{}]], ["[Point(1)]"]),
    ("dict[str, Point]", [{"a": {"x": 1}}], []),
    ("Point | None", [None, {"x": 1}], ["Derived(1)"]),
]

TUPLES: Final[list[Row]] = [
    ("Pair", [[1], [1, "a"], {"left": 1}, {"right": "x"}, [1, "a", 2]], ["Pair(1, 'b')"]),
    ("Old", [[1, 2], [1]], ["Old(1, 'x')"]),
    ("Nested", [[[1], "2026-01-02"], {"pair": {"left": 1}, "when": "x"}], ["Nested(Pair(1), dt.date(2026, 1, 1))"]),
    ("list[Pair]", [[[1]]], ["[Pair(1), Pair(2)]"]),
    ("Movie", [{"title": "a", "year": 1}, {"title": "a"}, {"title": "a", "year": 1, "z": 2}], []),
    ("Partial", [{"b": "x"}, {"a": 1, "b": "x"}, {"a": 1}], []),
    ("Loose", [{"a": 1}, {"a": 1, "note": "n"}, {"note": "n"}], []),
    ("Inner", [{"movie": {"title": "a", "year": 1}, "points": [{"x": 1}]}, {"movie": {}}], []),
    ("Closed", [{"a": 1}, {"a": 1, "b": 2}], []),
    ("Holder[int]", [{"held": 1}, {"held": "x"}], []),
    ("Holder[Item]", [{"held": {"sku": "a"}}], ["{'held': Item(sku='b')}"]),
]

MODELS: Final[list[Row]] = [
    ("Item", [{"sku": "a"}, {"sku": "a", "price": "2.5", "count": 3}, {"sku": "a", "count": 0}, {}], ["Item(sku='b')"]),
    ("Order", [{"id": ID7, "items": [{"sku": "a"}], "color": 2}, {"id": "x"}], ["Order(id=uuid.UUID(int=1))"]),
    ("N", [{"v": 1, "kids": [{"v": 2, "kids": [{"v": 3}]}]}, {"v": 1, "kids": [{}]}], ["N(v=1, kids=[N(v=2)])"]),
    ("Left", [{"right": {"left": {"right": {"n": 1}}}}, {"right": 1}], ["Left(right=Right(n=2))"]),
    ("Page[Item]", [{"items": [{"sku": "a"}]}, {"items": [{}]}], ["Page[Item](items=[Item(sku='c')])"]),
    ("Page[list[int]]", [{"items": [[1]]}, {"items": [1]}], []),
    ("Page[Page[int]]", [{"items": [{"items": [1]}]}], ["Page[Page[int]](items=[Page[int](items=[2])])"]),
    ("Page[int | None]", [{"items": [1, None]}], []),
    ("Page[Literal['a']]", [{"items": ["a"]}, {"items": ["b"]}], []),
    ("Page", [{"items": [1, "a"]}], []),
    ("Bounded", [{"number": 1}, {"number": "x"}], []),
    ("Chosen", [{"value": 1}, {"value": "a"}, {"value": []}], []),
    ("Defaulted", [{"value": 1}, {"value": "x"}], []),
    ("ItemPage", [{"items": [{"sku": "a"}], "label": "x"}], ["ItemPage(items=[])"]),
    ("Base", [{"a": 1}, {}], ["Base(a=1)", "Sub(a=1, b='x')"]),
    ("Sub", [{"a": 1}], []),
    ("Aliases", [{"userId": 1, "fullName": "a"}, {"user_id": 1}], ["Aliases(userId=3)"]),
    ("Choices", [{"value": 1}, {"val": 2}, {"deep": [3]}, {"other": 1}], ["Choices(value=1)"]),
    ("Camel", [{"User": "a"}, {"user": "b"}, {}], ["Camel(user='c')"]),
    ("Extra", [{"b": 1, "a": 5, "z": [1]}, {}], ["Extra.model_validate({'b': 1, 'a': 7})"]),
    ("Forbidding", [{"a": 1}, {"a": 1, "b": 2}], []),
    ("Enclosing", [{"point": {"x": 1}}, {"point": {"x": 1, "z": 2}}], ["Enclosing(point=Point(1))"]),
    ("list[Enclosing]", [[{"point": {"x": 1}, "checked": {"age": 1, "z": 2}}]], []),
    (
        "Enclosing | None",
        [
            {"point": {"x": 1}, "tree": {"value": 1, "children": [{"value": 2}]}},
            {"point": {"x": 1}, "tree": {"value": 1, "children": [{"value": 2, "z": 1}]}},
        ],
        [],
    ),
    ("FrozenModel", [{"a": 1, "b": [2]}], ["FrozenModel(a=1)"]),
    ("StrictModel", [{"n": 1, "day": "2026-01-01"}, {"n": "1"}], ["StrictModel(n=1)"]),
    ("Stripped", [{"text": " AB "}, {"text": "abcdefg"}], []),
    ("EnumValues", [{"size": "small"}, {"size": "x"}], []),
    ("NumbersAsText", [{"text": 1}, {"text": []}], []),
    ("Private", [{"a": 1}, {"a": "x"}], ["Private(a=2)", "private(1, 99)"]),
    ("Computed", [{"width": 2}, {"width": 2, "area": 9}], ["Computed(width=3)"]),
    ("Validated", [{"name": "ann"}, {"name": "nobody"}], ["Validated(name='bob')"]),
    ("Whole", [{"low": 1, "high": 2}, {"low": 2, "high": 1}], ["Whole(low=1, high=1)"]),
    ("Serialised", [{"a": 1}, {"A": 1}], ["Serialised(a=1)"]),
    ("Made", [{}, {"ids": [3]}, {"ids": "x"}], ["Made()"]),
    ("Root", [[1, 2], ["x"], {}], ["Root([1])"]),
    ("Names", [{"a": {"sku": "x"}}, {"a": 1}], ["Names({'a': Item(sku='q')})"]),
    ("Linked", [{"me": {"me": None, "n": 2}}, {"me": 1}], ["Linked(me=Linked())"]),
    ("Owner", [{"pet": {"kind": "dog", "tricks": ["sit"]}}, {"pet": {"kind": "cow"}}], []),
    ("Lake", [{"depth": 1}, {"depth": 0}, {"depth": 1, "code": "x"}, {"depth": 1, "sizes": []}], ["Lake(depth=2)"]),
    ("list[Item]", [[{"sku": "a"}], [{}], {}], ["[Item(sku='a')]"]),
    ("dict[str, Item | None]", [{"a": {"sku": "x"}, "b": None}], []),
    ("Optional[Order]", [None, {"id": ID7}], []),
    ("BaseModel", [], ["Item(sku='any model')"]),
]

CLASSES: Final = {
    "enums": ENUMS,
    "dataclasses": DATACLASSES,
    "named tuples and typed dictionaries": TUPLES,
    "models": MODELS,
}
