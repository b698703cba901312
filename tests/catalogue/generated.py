"""Random types, and JSON for them that fits or nearly fits: the same module for the same seed.

Every type is written as users write it. Nothing here says what is right: pydantic does (`test_generated`).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Json = Any
_HEAD = '''"""Types of seed {seed}."""

import datetime as dt
import decimal
import enum
import ipaddress
import uuid
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, Literal, NamedTuple, Optional, TypeVar, Union

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, RootModel, SecretStr, StringConstraints
from typing_extensions import NotRequired, TypedDict

from warren import Workflow, workflow

T = TypeVar("T")


class Color(enum.Enum):
    RED = "red"
    TWO = 2


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Size(enum.StrEnum):
    S = "s"
    ONE = "1"
'''
_TAIL = '''

Tested = {text}


@workflow
class Takes(Workflow):
    """Takes one."""

    name = "generated.{seed}"

    async def run(self, value: Tested):
        return value
'''
_JUNK: list[Json] = [
    *(None, True, False, 0, 1, -1, 2, 3.0, 3.5, 1e300, 2**70, "", "1", "2.5", "x", " 1 ", "true", "red", "s", "abcdef"),
    *([], [1], ["x"], {}, {"a": 1}, {"value": 1}, "2026-01-02", "2026-01-02T03:04:05Z", "NaN", "1e3", "ü", "0x1"),
]
_CONFIGS = [
    *(
        "strict=True",
        "extra='forbid'",
        "extra='allow'",
        "frozen=True",
        "str_strip_whitespace=True",
        "str_to_lower=True",
    ),
    *("coerce_numbers_to_str=True", "use_enum_values=True", "str_max_length=4", "allow_inf_nan=False"),
    *("populate_by_name=True", "validate_default=True", "str_min_length=1", "val_json_bytes='base64'"),
    *("revalidate_instances='always'", "validate_assignment=True", "arbitrary_types_allowed=True"),
]


@dataclass(frozen=True)
class Made:
    """A type as text, and what makes JSON that fits it, most of the time."""

    text: str
    make: Callable[[random.Random], Json]


def _one_of(text: str, *values: Json) -> Made:
    return Made(text, lambda choose: choose.choice(values))


_SCALARS = [
    _one_of("int", 1, 0, -7, "12", 3.0, True, 2**70),
    _one_of("str", "a", "", "x" * 9, "1"),
    _one_of("float", 1, 0.5, "2.5", "NaN", "inf"),
    _one_of("bool", True, False, 0, 1, "yes", "off"),
    _one_of("bytes", "abc", "YWJj"),
    _one_of("None", None),
    _one_of("Any", 1, "a", [1], {"a": 1}),
    _one_of("decimal.Decimal", "1.10", 3, 0.1, "1e3"),
    _one_of("dt.date", "2026-01-02", "2026-01-02T00:00:00", 0),
    _one_of("dt.datetime", "2026-01-02T03:04:05Z", "2026-01-02", 1_700_000_000, "2026-01-02T03:04:05+02:00"),
    _one_of("dt.time", "03:04", "03:04:05.5", 60),
    _one_of("dt.timedelta", "P1D", 1.5, "00:01:00"),
    _one_of("uuid.UUID", "0189db2d-0000-7000-8000-000000000000"),
    _one_of("ipaddress.IPv4Address", "1.2.3.4", 7),
    _one_of("HttpUrl", "http://a.b/c", "ftp://a"),
    _one_of("SecretStr", "s"),
    _one_of("Color", "red", 2, "blue"),
    _one_of("Level", 1, 2, "1", 3),
    _one_of("Size", "s", "1", "x"),
    _one_of("Literal['a', 1, None]", "a", 1, None, "1", True),
    _one_of("Literal[Color.RED, 'x']", "red", "x"),
    _one_of("Annotated[int, Field(gt=0, le=9)]", 1, 0, 9, "5"),
    _one_of("Annotated[int, Field(strict=True)]", 1, "1", 1.0),
    _one_of("Annotated[int, Field(multiple_of=3)]", 3, 4),
    _one_of("Annotated[float, Field(lt=2, allow_inf_nan=False)]", 1.5, 2, "inf"),
    _one_of("Annotated[str, Field(min_length=1, max_length=3)]", "ab", "", "abcd"),
    _one_of("Annotated[str, Field(pattern='^[a-c]+$')]", "abc", "d"),
    _one_of("Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True)]", " a "),
    _one_of("Annotated[decimal.Decimal, Field(max_digits=3, decimal_places=1)]", "1.5", "1.55", 2),
    _one_of("Annotated[dt.date, Field(ge=dt.date(2024, 1, 1))]", "2024-01-01", "2023-01-01"),
]
_HASHABLE = [made for made in _SCALARS if made.text not in {"Any", "bytes", "HttpUrl"}]
_KEYS = [
    _one_of("str", "a", "b"),
    _one_of("int", "1", "x"),
    _one_of("Color", "red", "2"),
    _one_of("Level", "1", "9"),
    _one_of("dt.date", "2026-01-02"),
    _one_of("Literal['a', 'b']", "a", "c"),
    _one_of("bool", "true", "x"),
    _one_of("Annotated[str, Field(max_length=2)]", "ab", "abc"),
    _one_of("int | None", "1"),
    _one_of("uuid.UUID", "0189db2d-0000-7000-8000-000000000000"),
    _one_of("float", "1.5", "NaN"),
]


class Maker:
    """Writes the classes of one module."""

    def __init__(self, seed: int) -> None:
        self.choose = random.Random(seed)
        self.lines: list[str] = []
        self.classes: list[Made] = []
        self.generics: list[tuple[str, Callable[[Made], Made]]] = []

    def type(self, depth: int = 3) -> Made:
        """A type, of those classes too that are written already."""
        if depth <= 0 or self.choose.random() < 0.3:
            return self.choose.choice([*_SCALARS, *self.classes, *self.classes])
        return self.choose.choice([self._items, self._mapping, self._union, self._tuple, self._given, self._root])(
            depth
        )

    def _items(self, depth: int) -> Made:
        kind = self.choose.choice(["list", "set", "frozenset", "tuple", "bounded"])
        inner = self.choose.choice(_HASHABLE) if kind in {"set", "frozenset"} else self.type(depth - 1)
        text = {
            "tuple": f"tuple[{inner.text}, ...]",
            "bounded": f"Annotated[list[{inner.text}], Field(min_length=1, max_length=2)]",
        }.get(kind, f"{kind}[{inner.text}]")
        return Made(text, lambda choose: [inner.make(choose) for _ in range(choose.randint(0, 3))])

    def _mapping(self, depth: int) -> Made:
        key, inner = self.choose.choice(_KEYS), self.type(depth - 1)
        return Made(
            f"dict[{key.text}, {inner.text}]",
            lambda choose: {key.make(choose): inner.make(choose) for _ in range(choose.randint(0, 2))},
        )

    def _union(self, depth: int) -> Made:
        if self.choose.random() < 0.1:  # of types that are different ones, or pydantic has no union to order
            members = self.choose.sample([made for made in _SCALARS if made.text not in {"None", "Any"}], 2)
            mode = "Field(union_mode='left_to_right')"
            text = f"Annotated[Union[{members[0].text}, {members[1].text}], {mode}]"
            return Made(text, lambda choose: choose.choice(members).make(choose))
        members = [self.type(depth - 1) for _ in range(self.choose.choice([1, 2, 2, 3]))]
        members += [_one_of("None", None)] if len(members) == 1 else []
        text = f"Union[{', '.join(member.text for member in members)}]"
        return Made(text, lambda choose: choose.choice(members).make(choose))

    def _tuple(self, depth: int) -> Made:
        parts = [self.type(depth - 1) for _ in range(self.choose.randint(1, 3))]
        return Made(
            f"tuple[{', '.join(part.text for part in parts)}]", lambda choose: [part.make(choose) for part in parts]
        )

    def _given(self, depth: int) -> Made:
        if not self.generics:
            return self._union(depth)
        _, give = self.choose.choice(self.generics)
        inner = self.type(depth - 1)
        has_name = not any(part in inner.text for part in ("Annotated", "Color.RED"))  # as docs/reference/types.md says
        return give(inner) if has_name else inner

    def _root(self, depth: int) -> Made:
        inner = self.type(depth - 1)
        name = f"Root{len(self.lines)}"
        self.lines.append(f"class {name}(RootModel[{inner.text}]):\n    pass\n")
        return Made(name, inner.make)

    def add_class(self) -> None:
        """One more class, of any kind."""
        number = len(self.classes) + len(self.generics)
        kinds = [self._model, self._model, self._model, self._dataclass, self._typed_dict, self._named_tuple]
        self.choose.choice([*kinds, self._generic])(number)

    def _fields(self) -> list[tuple[str, Made]]:
        return [
            (name, self.type(2)) for name in self.choose.sample(["a", "b", "value", "kind"], self.choose.randint(1, 3))
        ]

    def _model(self, number: int) -> None:
        name, fields, keys = f"Model{number}", self._fields(), {}
        chosen = self.choose.sample(_CONFIGS, self.choose.choice([0, 0, 1, 2]))
        config = list({word.partition("=")[0]: word for word in chosen}.values())
        lines = [f"class {name}(BaseModel):", f"    model_config = ConfigDict({', '.join(config)})"]
        for field, made in fields:
            keys[field] = field
            options = [f"alias='{field}Alias'"] if self.choose.random() < 0.2 else []
            if self.choose.random() < 0.3:
                options.append(self.choose.choice(["default=None", "default=1", "default_factory=list", "default='x'"]))
            if options and options[0].startswith("alias"):
                keys[field] = f"{field}Alias"
            lines.append(f"    {field}: {made.text}" + (f" = Field({', '.join(options)})" if options else ""))
        if self.choose.random() < 0.15:
            lines.append(f"    again: Optional['{name}'] = None")
        self.lines.append("\n".join(lines) + "\n")
        self.classes.append(Made(name, _record(fields, keys)))

    def _dataclass(self, number: int) -> None:
        name, fields = f"Data{number}", self._fields()
        flags = self.choose.choice(["", "frozen=True", "kw_only=True"])
        lines = [f"@dataclass({flags})", f"class {name}:", *(f"    {field}: {made.text}" for field, made in fields)]
        if self.choose.random() < 0.4:
            lines.append("    last: " + self.choice_with_default())
        self.lines.append("\n".join(lines) + "\n")
        self.classes.append(Made(name, _record(fields, {field: field for field, _ in fields})))

    def choice_with_default(self) -> str:
        """The type and default of a field."""
        return self.choose.choice(
            ["int = 3", "str = 'x'", "list[int] = field(default_factory=list)", "int | None = None"]
        )

    def _typed_dict(self, number: int) -> None:
        name, fields = f"Keys{number}", self._fields()
        total = self.choose.choice(["", ", total=False"])
        lines = [f"class {name}(TypedDict{total}):"]
        for field, made in fields:
            lines.append(f"    {field}: " + (f"NotRequired[{made.text}]" if self.choose.random() < 0.2 else made.text))
        self.lines.append("\n".join(lines) + "\n")
        self.classes.append(Made(name, _record(fields, {field: field for field, _ in fields})))

    def _named_tuple(self, number: int) -> None:
        name, fields = f"Pair{number}", self._fields()
        lines = [f"class {name}(NamedTuple):", *(f"    {field}: {made.text}" for field, made in fields)]
        lines += ["    last: int = 1"] if self.choose.random() < 0.4 else []
        self.lines.append("\n".join(lines) + "\n")
        self.classes.append(Made(name, lambda choose: [made.make(choose) for _, made in fields]))

    def _generic(self, number: int) -> None:
        name = f"Box{number}"
        config = self.choose.choice([*_CONFIGS, ""])
        if self.choose.random() < 0.7:
            lines = [f"class {name}(BaseModel, Generic[T]):", f"    model_config = ConfigDict({config})"]
            lines += ["    value: T", "    more: list[T] = []"]
        else:
            lines = ["@dataclass", f"class {name}(Generic[T]):", "    value: T"]
            lines += ["    more: list[T] = field(default_factory=list)"]
        self.lines.append("\n".join(lines) + "\n")

        def give(inner: Made) -> Made:
            fields = [("value", inner), ("more", Made("", lambda choose: [inner.make(choose)]))]
            return Made(f"{name}[{inner.text}]", _record(fields, {"value": "value", "more": "more"}))

        self.generics.append((name, give))


def _record(fields: list[tuple[str, Made]], keys: dict[str, str]) -> Callable[[random.Random], Json]:
    def make(choose: random.Random) -> Json:
        made = {keys[name]: field.make(choose) for name, field in fields if choose.random() < 0.95}
        return made | ({"extra": 1} if choose.random() < 0.1 else {})

    return make


def generate(seed: int) -> tuple[str, list[Json]]:
    """The text of a module with the type `Tested`, and inputs for it."""
    maker = Maker(seed)
    for _ in range(maker.choose.randint(1, 4)):
        maker.add_class()
    tested = maker.type() if maker.choose.random() < 0.3 or not maker.classes else maker.classes[-1]
    text = _HEAD.format(seed=seed) + "".join(f"\n\n{lines}" for lines in maker.lines)
    choose = random.Random(seed + 1)
    inputs = []
    for number in range(40):
        made = tested.make(choose)
        inputs.append(made if number % 2 else mutated(made, choose))
    return text + _TAIL.format(seed=seed, text=tested.text), inputs


def mutated(data: Json, choose: random.Random) -> Json:
    """The same with something in it that is otherwise."""
    if not data or not isinstance(data, dict | list) or choose.random() < 0.15:
        return choose.choice(_JUNK)
    if isinstance(data, list):
        index = choose.randrange(len(data))
        return choose.choice(
            [
                [*data[:index], mutated(data[index], choose), *data[index + 1 :]],
                [*data[:index], mutated(data[index], choose), *data[index + 1 :]],
                [*data, choose.choice(_JUNK)],
                data[:-1],
            ]
        )
    name = choose.choice(list(data))
    return choose.choice(
        [
            data | {name: mutated(data[name], choose)},
            data | {name: mutated(data[name], choose)},
            {key: value for key, value in data.items() if key != name},
            data | {choose.choice(["again", "last", "kind", name.removesuffix("Alias"), "1"]): choose.choice(_JUNK)},
        ]
    )
