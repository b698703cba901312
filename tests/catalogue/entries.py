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
from tests.catalogue.entries_of_classes import CLASSES, ID7
from tests.catalogue.kinds import *  # type: ignore[no-redef]
from tests.catalogue.models import *  # type: ignore[no-redef]
from tests.catalogue.records import *  # type: ignore[no-redef]

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
    ("re.Pattern[bytes]", ["a+"], ["re.compile(b'a')"]),
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

OTHERS = _of(
    "other classes",
    ("Name", [], ["Name('x')"]),
    ("Score", [], ["Score(5)"]),
    ("Tags", [], ["Tags(['a', 'b'])"]),
    ("Bag", [], ["bag('l', a=1)"]),
    ("Password", ["s", 1], ["Password('x')"]),
    ("Money", [], ["Money('1.50')"]),
    ("Birthday", [], ["Birthday(2026, 1, 2)"]),
    ("Link", ["x:y", "a"], ["Link('x://y')"]),
    ("Token", ["abc", "a", 1], ["Token('xy')"]),
    ("list[Token]", [["abc"], ["a"]], ["[Token('xy')]"]),
    ("UserId", [1, "x"], []),
    ("Reading", [{"degrees": 1.5}, {"degrees": "x"}, {}], ["Reading(degrees=Celsius(2.0), place='here')"]),
    ("list[Reading]", [[{"degrees": 1}]], ["[Reading(degrees=Celsius(3.0))]"]),
    ("Seat", [{"row": 1}, {"row": "x"}], ["Seat(2, 'b')"]),
    ("Numbers", [[1], ["x"]], []),
    ("Pairs[int]", [{"a": 1}, {"a": "x"}], []),
    ("Nest", [1, [1, [2, []]], "x", [["x"]]], []),
    ("list[Nest]", [[1, [2]], [["x"]]], []),
    ("TreeOf[int]", [1, [1, [2, []]], "x", [["x"]]], []),
    ("ByText", [{"a": "1"}, {"a": "x"}], []),
    ("ValueError", [], ["ValueError('x', 1)"]),
    ("str", [], ["Name('kept')", "Size.S"]),
    ("int", [], ["Score(4)", "Level.LOW"]),
)

ENTRIES: Final = [
    *(*SIMPLE, *TIMES, *NAMES, *CONTAINERS, *CHOICES, *CONSTRAINED),
    *(Entry(group, text, tuple(json), tuple(python)) for group, rows in CLASSES.items() for text, json, python in rows),
    *OTHERS,
]
