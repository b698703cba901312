"""The catalogue: types as they are written, JSON that is sent for them, and values that only Python can give.

Nothing here says what is right: pydantic does (`test_catalogue`). `docs/reference/types.md` is made of it.
"""

from __future__ import annotations

import base64
import collections
import collections.abc
import dataclasses as standard_dataclasses
import datetime as dt
import decimal
import enum
import fractions
import ipaddress
import math
import pathlib
import re
import typing
import uuid
import zoneinfo
from typing import *  # noqa: F403 - the types of the catalogue are evaluated here

import annotated_types as at
import pydantic
from pydantic import *  # noqa: F403 - as above
from pydantic.types import Secret
from tests.catalogue import kinds
from tests.catalogue.kinds import *  # type: ignore[no-redef]

JsonData = Any
NOTHING: Final = ()


@standard_dataclasses.dataclass(frozen=True)
class Entry:
    """A type: its `group`, its annotation as text, `json` that is sent for it (right or wrong), and expressions of
    `python` values.
    """

    group: str
    text: str
    json: tuple[JsonData, ...]
    python: tuple[str, ...]

    @property
    def annotation(self) -> Any:
        """The type itself."""
        return eval(self.text, globals())  # noqa: S307 - of this file

    def values(self) -> list[Any]:
        """The Python values."""
        return [eval(text, globals()) for text in self.python]  # noqa: S307 - of this file


def _of(group: str, *rows: tuple[str, list[JsonData], list[str]]) -> list[Entry]:
    return [Entry(group, text, tuple(json), tuple(python)) for text, json, python in rows]


ID7 = "0189db2d-0000-7000-8000-000000000000"
ID4 = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"

SIMPLE = _of(
    "numbers, text and bytes",
    ("None", [None, 0], []),
    ("bool", [True, False, 1, "yes", "off", "perhaps", None], []),
    ("int", [0, -5, 2**70, 3.0, 3.5, "12", "x", True], ["2**200", "-1"]),
    ("float", [0.5, 3, "1.5", "x", "NaN", None], ["float('inf')", "float('nan')", "-0.0"]),
    ("str", ["", "ü", "\x00", "a" * 300, 1, None], ["'\\ud800'"]),
    ("bytes", ["abc", "ü", 1], ["b'\\x00\\xff'", "b''"]),
    ("complex", ["1+2j", 3, "x"], ["1+2j", "complex('nan')"]),
    ("decimal.Decimal", ["1.10", 3, 0.1, "1e3", "x", None], ["decimal.Decimal('0.000')", "decimal.Decimal('-1E+5')"]),
    ("fractions.Fraction", ["1/3", 2, "x"], ["fractions.Fraction(1, 3)"]),
    ("bytearray", [], ["bytearray(b'a')"]),
    ("Any", [None, 1, "a", [1, {"a": None}], {"a": 1}], ["(1, 2)", "{1: 2}"]),
    ("object", [1, "a"], ["[1]"]),
)

TIMES = _of(
    "dates and times",
    (
        "dt.datetime",
        ["2026-01-02T03:04:05Z", "2026-01-02 03:04", "2026-01-02T03:04:05.5+02:00", 1700000000, "soon", None],
        [
            "dt.datetime(2024, 3, 1, 12, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin'))",
            "dt.datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin'))",
            "dt.datetime(2024, 3, 1, tzinfo=dt.timezone(dt.timedelta(hours=-5), 'EST'))",
            "dt.datetime(2024, 3, 1)",
        ],
    ),
    ("dt.date", ["2026-01-02", "2026-01-02T00:00:00", "2026-13-01", 0], ["dt.date(1, 1, 1)"]),
    ("dt.time", ["03:04", "03:04:05.123456", "25:00"], ["dt.time(1, 2, tzinfo=dt.timezone.utc)", "dt.time(0)"]),
    ("dt.timedelta", [1.5, "P1DT2H", "-PT0.5S", "00:01:00", "P"], ["dt.timedelta(days=-1, microseconds=1)"]),
    ("dt.timezone", [], ["dt.timezone.utc", "dt.timezone(dt.timedelta(hours=1), 'one')"]),
    ("zoneinfo.ZoneInfo", ["Europe/Paris", "Nowhere/At_all"], ["zoneinfo.ZoneInfo('UTC')"]),
    ("AwareDatetime", ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05"], ["dt.datetime(2026, 1, 1, tzinfo=dt.UTC)"]),
    ("NaiveDatetime", ["2026-01-02T03:04:05", "2026-01-02T03:04:05Z"], ["dt.datetime(2026, 1, 1)"]),
    ("PastDate", ["2020-01-01", "2999-01-01"], ["dt.date(2020, 1, 1)"]),
    ("FutureDatetime", ["2999-01-01T00:00:00", "2020-01-01T00:00:00"], []),
)

NAMES = _of(
    "identifiers, paths and addresses",
    ("uuid.UUID", [ID7, ID7.swapcase(), "x", 1], ["uuid.UUID(int=5)"]),
    ("UUID4", [ID4, ID7], []),
    ("pathlib.Path", ["a/b", "", 1], ["pathlib.Path('/x')"]),
    ("pathlib.PurePath", ["a/b"], ["pathlib.PurePosixPath('a')"]),
    ("pathlib.PurePosixPath", ["a/b"], ["pathlib.PurePosixPath('a')"]),
    ("pathlib.PureWindowsPath", ["c:/b"], ["pathlib.PureWindowsPath('c:/a')"]),
    ("ipaddress.IPv4Address", ["1.2.3.4", "1.2.3", 7], ["ipaddress.IPv4Address(1)"]),
    ("ipaddress.IPv6Address", ["::1", "1.2.3.4"], ["ipaddress.IPv6Address('::2')"]),
    ("ipaddress.IPv4Network", ["10.0.0.0/8", "10.0.0.1/8"], ["ipaddress.IPv4Network('10.0.0.0/24')"]),
    ("ipaddress.IPv6Network", ["2001:db8::/32", "x"], []),
    ("ipaddress.IPv4Interface", ["10.0.0.1/8", "x"], ["ipaddress.IPv4Interface('10.0.0.1/24')"]),
    ("ipaddress.IPv6Interface", ["::1/128"], []),
    ("IPvAnyAddress", ["1.2.3.4", "::1", "x"], []),
    ("IPvAnyNetwork", ["10.0.0.0/8", "x"], []),
    ("HttpUrl", ["http://a.b/c?d=1", "HTTP://A.B", "ftp://a", "a"], ["HttpUrl('https://x.y')"]),
    ("AnyUrl", ["ftp://a/b", "x:y", "a"], ["AnyUrl('x://y')"]),
    ("AnyHttpUrl", ["http://localhost:80", "x"], []),
    ("WebsocketUrl", ["ws://a/", "http://a"], []),
    ("FileUrl", ["file:///a", "http://a"], []),
    ("PostgresDsn", ["postgres://u:p@h:1/d", "http://a"], ["PostgresDsn('postgresql://h/d')"]),
    ("RedisDsn", ["redis://h:1/0", "x"], []),
    ("AmqpDsn", ["amqp://h/v", "http://a"], []),
    ("re.Pattern", ["a+", "("], ["re.compile('a', re.I)"]),
    ("re.Pattern[str]", ["a+"], ["re.compile('a')"]),
    ("EmailStr", ["a@b.co", "nobody"], []),
    ("NameEmail", ["Ann <a@b.co>", "x"], ["NameEmail('Ann', 'a@b.co')"]),
    ("SecretStr", ["s", 1], ["SecretStr('x')"]),
    ("SecretBytes", ["s"], ["SecretBytes(b'x')"]),
    ("Secret[int]", [], ["Secret[int](1)"]),
    ("ByteSize", [3, "1KB", "x"], ["ByteSize(5)"]),
    ("slice", [], ["slice(1, 2)", "slice(None)"]),
)

CONTAINERS = _of(
    "containers",
    ("list", [[], [1, "a"], {}, "x"], []),
    ("list[int]", [[], [1, "2"], ["x"], {"a": 1}], ["[2**80]"]),
    ("list[list[dt.date]]", [[["2026-01-02"]], [[1.5]]], []),
    ("tuple[int, str]", [[1, "a"], [1], [1, 2, 3]], ["(1, 'x')"]),
    ("tuple[int, ...]", [[], [1, 2], ["x"]], ["(1,)"]),
    ("tuple[()]", [[], [1]], []),
    ("tuple", [[], [1, "a"]], ["(1, 'a', None)"]),
    ("set[int]", [[], [1, 2, 1], ["x"]], ["{3}"]),
    ("frozenset[str]", [["a"], [1]], ["frozenset('ab')"]),
    ("set[Frozen]", [[{"name": "a"}]], ["{Frozen('x', ('t',))}"]),
    ("frozenset[FrozenModel]", [[{"a": 1}]], ["frozenset([FrozenModel(a=1)])"]),
    ("dict", [{}, {"a": [1]}, []], []),
    ("dict[str, int]", [{}, {"a": 1}, {"ü": "2"}, {"a": "x"}], ["{'$': 1}"]),
    ("dict[int, str]", [{"1": "a"}, {"x": "a"}], ["{1: 'a'}"]),
    ("dict[float, int]", [{"1.5": 1}, {"x": 1}], ["{0.5: 1}"]),
    ("dict[bool, int]", [{"true": 1}, {"maybe": 1}], ["{True: 1}"]),
    ("dict[dt.date, int]", [{"2026-01-02": 1}, {"x": 1}], ["{dt.date(2026, 1, 1): 1}"]),
    ("dict[uuid.UUID, int]", [{ID7: 1}, {"x": 1}], []),
    ("dict[Color, int]", [{"red": 1}, {"2": 1}, {"blue": 1}], ["{Color.GREEN: 1}"]),
    ("dict[Size, int]", [{"small": 1}, {"x": 1}], ["{Size.S: 1}"]),
    ("dict[Level, int]", [{"1": 1}, {"7": 1}], ["{Level.LOW: 1}"]),
    ("dict[Literal['a', 'b'], int]", [{"a": 1}, {"c": 1}], []),
    ("dict[Optional[int], int]", [{"1": 1}, {"x": 1}], ["{None: 1}"]),
    ("dict[int | str, int]", [{"1": 1}, {"x": 1}], ["{1: 1, 'x': 2}"]),
    ("dict[tuple[int, int], str]", [], ["{(1, 2): 'a'}"]),
    ("dict[Frozen, int]", [], ["{Frozen('x'): 1}"]),
    ("dict[decimal.Decimal, int]", [{"1.5": 1}], ["{decimal.Decimal('1.5'): 1}"]),
    ("collections.OrderedDict[str, int]", [{"b": 1, "a": 2}, []], ["collections.OrderedDict(b=1, a=2)"]),
    ("collections.defaultdict[str, list[int]]", [{"a": [1]}], ["collections.defaultdict(list, a=[1])"]),
    ("collections.Counter[str]", [{"a": 2}, {"a": "x"}], ["collections.Counter('aab')"]),
    ("collections.deque[int]", [[1, 2], ["x"]], ["collections.deque([1], maxlen=3)"]),
    ("Sequence[int]", [[1, 2], ["x"], "ab"], ["(1, 2)"]),
    ("collections.abc.Mapping[str, int]", [{"a": 1}, []], []),
    ("collections.abc.MutableSequence[int]", [[1]], []),
    ("collections.abc.Set[int]", [[1]], ["{1}"]),
    ("Matrix", [[[1]], [1]], []),
    ("JsonValue", [None, [1, {"a": [True]}], "x"], []),
    ("Json", ["[1]", '{"a": 1}', "x"], []),
    ("Json[list[int]]", ["[1]", '["x"]', 1], []),
    ("range", [], ["range(3)", "range(1, 9, 2)"]),
)

CHOICES = _of(
    "choices",
    ("Optional[int]", [None, 1, "2", "x"], []),
    ("int | str", [1, "1", 1.5, None], []),
    ("str | int", [1, "1", True], []),
    ("float | int", [3, 3.5, "3"], []),
    ("dt.datetime | str", ["2024-01-01T00:00:00Z", "x", 1], ["dt.datetime(2024, 1, 1)"]),
    ("dt.date | dt.datetime", ["2024-01-01", "2024-01-01T01:00:00"], []),
    ("uuid.UUID | int | None", [ID7, 1, None, "x"], []),
    ("list[int] | dict[str, int] | None", [[1], {"a": 1}, None, "x"], []),
    ("Union[Item, Point]", [{"sku": "a"}, {"x": 1}, {"z": 1}], ["Point(1)", "Item(sku='a')"]),
    ("Union[Root, Any]", [[1, 2], ["x"], "x", {"a": 1}], []),
    ("Base | Sub", [{"a": 1}, {"a": 1, "b": "c"}, {}], ["Sub(a=1)"]),
    ("Annotated[Cat | Dog, Field(discriminator='kind')]", [{"kind": "dog"}, {"kind": "cow"}, {}], ["Cat(kind='cat')"]),
    ("list[Annotated[Cat | Dog, Field(discriminator='kind')]]", [[{"kind": "dog"}, {"kind": "cat"}], [{}]], []),
    ("Shape", [{"type": "circle", "radius": 1}, {"type": "square", "side": 2}, {}], ["Circle(radius=1)"]),
    ("Annotated[int | str, Field(union_mode='left_to_right')]", ["1", "x", 2], []),
    ("Literal['a', 1, None, True]", ["a", 1, None, True, "b"], []),
    ("Literal[Color.RED]", ["red", "blue"], ["Color.RED"]),
    ("Literal[b'x']", ["x"], ["b'x'"]),
)

CONSTRAINED = _of(
    "constraints",
    ("PositiveInt", [1, 0, "2"], []),
    ("NonNegativeFloat", [0, -0.5], []),
    ("StrictInt", [1, "1", 1.0], []),
    ("StrictStr", ["a", 1], []),
    ("StrictBool", [True, 1], []),
    ("FiniteFloat", [1.5, "NaN"], []),
    ("Annotated[int, Field(gt=3, lt=9)]", [4, 3, 9], []),
    ("Annotated[int, at.Interval(ge=1, le=2)]", [1, 2, 3], []),
    ("Annotated[int, at.MultipleOf(5)]", [5, 6], []),
    ("Annotated[str, Field(min_length=2, max_length=3)]", ["ab", "a", "abcd"], []),
    ("Annotated[str, Field(pattern='^a+$')]", ["aa", "b"], []),
    ("Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True)]", [" a ", 1], []),
    ("constr(min_length=1, to_lower=True)", ["A", ""], []),
    ("conlist(int, min_length=1)", [[1], []], []),
    ("conint(strict=True, ge=0)", [0, -1, "0"], []),
    ("condecimal(max_digits=3, decimal_places=1)", ["1.5", "1.55", "1000"], []),
    ("Annotated[list[int], at.Len(1, 2)]", [[1], [], [1, 2, 3]], []),
    ("Annotated[decimal.Decimal, Field(gt=decimal.Decimal('0.5'))]", ["0.6", "0.5"], []),
    ("Annotated[dt.date, Field(ge=dt.date(2024, 1, 1))]", ["2024-01-01", "2023-12-31"], []),
    ("Annotated[dict[str, int], Field(min_length=1)]", [{"a": 1}, {}], []),
    ("list[PositiveInt]", [[1], [0]], []),
    ("Annotated[str, 'a note', at.doc('text')]", ["a"], []),
    ("Base64Bytes", ["YWJj", "*"], []),
    ("Base64Str", ["YWJj", "*"], []),
    ("Base64UrlBytes", ["YWJj"], []),
    ("list[OnErrorOmit[int]]", [[1, "x", 2]], []),
    ("Annotated[list[int], FailFast()]", [[1], ["x", "y"]], []),
    ("Annotated[float, Field(allow_inf_nan=False)]", [1.5], []),
    ("Even", [2, "3", "x"], []),
    ("Hexadecimal", [10, "x"], []),
    ("Annotated[int, AfterValidator(abs)]", [-3, "x"], []),
    ("Annotated[int, at.Predicate(lambda n: n % 2 == 0)]", [2, 3], []),
)

ENUMS = _of(
    "enums",
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
)

DATACLASSES = _of(
    "dataclasses",
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
)

TUPLES = _of(
    "named tuples and typed dictionaries",
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
)

MODELS = _of(
    "models",
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
)

OTHERS = _of(
    "other classes",
    ("Name", [], ["Name('x')"]),
    ("Score", [], ["Score(5)"]),
    ("Tags", [], ["Tags(['a', 'b'])"]),
    ("Bag", [], ["bag('l', a=1)"]),
    ("Token", ["abc", "a", 1], ["Token('xy')"]),
    ("list[Token]", [["abc"], ["a"]], ["[Token('xy')]"]),
    ("UserId", [1, "x"], []),
    ("Reading", [{"degrees": 1.5}, {"degrees": "x"}, {}], ["Reading(degrees=Celsius(2.0), place='here')"]),
    ("list[Reading]", [[{"degrees": 1}]], ["[Reading(degrees=Celsius(3.0))]"]),
    ("Seat", [{"row": 1}, {"row": "x"}], ["Seat(2, 'b')"]),
    ("Numbers", [[1], ["x"]], []),
    ("Pairs[int]", [{"a": 1}, {"a": "x"}], []),
    ("ValueError", [], ["ValueError('x', 1)"]),
    ("str", [], ["Name('kept')", "Size.S"]),
    ("int", [], ["Score(4)", "Level.LOW"]),
)

ENTRIES: Final = [
    *(*SIMPLE, *TIMES, *NAMES, *CONTAINERS, *CHOICES, *CONSTRAINED, *ENUMS),
    *(*DATACLASSES, *TUPLES, *MODELS, *OTHERS),
]
