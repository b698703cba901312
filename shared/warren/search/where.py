"""What people write to find runs, `customer = "x" and amount > 3`, as a condition. `where.lark` is the grammar.

Must not know how a store finds them.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from warren.contracts.attributes import BUILT_IN_NAMES, checked_number
from warren.contracts.conditions import All, AnyOf, Comparison, Condition, Has, Literal, Not, Operator, kind_of
from warren.contracts.identity import shown
from warren.contracts.messages import RunStatus
from warren.errors import InvalidInput

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

MAX_CHARACTERS: Final = 10_000
MAX_COMPARISONS: Final = 100
_MAX_DEPTH: Final = 50
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d([T ].+)?\Z")
_VALUE: Final = 'a value ("text", a number, true or false)'
_EXPECTED: Final = {
    "NAME": "a name",
    "OPERATOR": "one of = != < <= > >=",
    "STRING": _VALUE,
    "NUMBER": _VALUE,
    "TRUE": _VALUE,
    "FALSE": _VALUE,
    "_AND": "and",
    "_OR": "or",
    "_NOT": "not",
    "_IN": "in (...)",
    "LPAR": '"("',
    "RPAR": '")"',
    "COMMA": "a comma",
    "$END": "the end",
}
"""What people call the grammar's tokens, in the order in which an error names them."""


def parse_where(text: str) -> Condition:
    """The condition that a text says.

    Raises:
        InvalidInput: it says none; names the column, what was expected there and what stands there.
    """
    if not isinstance(text, str):
        raise InvalidInput(f"where: a search is a text such as 'amount > 3', not {shown(text)}")
    if len(text) > MAX_CHARACTERS:
        raise InvalidInput(f"where: a search has at most {MAX_CHARACTERS:,} characters, not {len(text):,}")
    return _Conditions(text).of(_parsed(text))


def _parsed(text: str) -> Any:
    parser = _parser()
    from lark import UnexpectedCharacters, UnexpectedEOF, UnexpectedToken

    try:
        return parser.parse(text)
    except UnexpectedCharacters as error:
        place = error.pos_in_stream or 0
        found = text[place]
        if found in "\"'":
            raise _wrong(place, f"the text that begins here has no {found} at its end") from None
        raise _wrong(place, f"{found!r} means nothing here") from None
    except UnexpectedToken as error:
        at_end = error.token.type == "$END"
        place = len(text.rstrip()) if at_end else error.token.start_pos or 0
        found = "the end" if at_end else shown(str(error.token))
        raise _wrong(place, f"expected {_expected(error.accepts or error.expected)}, not {found}") from None
    except UnexpectedEOF as error:
        raise _wrong(len(text.rstrip()), f"expected {_expected(set(error.expected))}, not the end") from None


def _expected(tokens: set[str]) -> str:
    words = list(dict.fromkeys(word for token, word in _EXPECTED.items() if token in tokens))
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _wrong(place: int, text: str) -> InvalidInput:
    return InvalidInput(f"where, column {place + 1}: {text}")


@functools.cache
def _parser() -> Lark:
    try:
        from lark import Lark
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("a search needs lark: pip install 'warren[client]'", name=error.name) from error
    grammar = files(__package__).joinpath("where.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="basic", propagate_positions=True)


class _Conditions:
    """Makes the condition of one text from its parse tree."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._comparisons = 0

    def of(self, tree: Tree[Token], depth: int = 0) -> Condition:
        """The condition of one part of the tree."""
        if depth > _MAX_DEPTH:
            raise InvalidInput(f"where: parentheses and `not` are nested more than {_MAX_DEPTH} deep")
        children: list[Any] = tree.children
        match tree.data:
            case "any_of":
                return AnyOf(tuple(self.of(each, depth + 1) for each in children))
            case "all_of":
                return All(tuple(self.of(each, depth + 1) for each in children))
            case "negated":
                return Not(self.of(children[0], depth + 1))
            case "comparison":
                return self._comparison(children[0], children[1], children[2])
            case "one_of":
                return _any_of(tuple(self._comparison(children[0], "=", each) for each in children[1].children))
            case _:
                return _all_of(tuple(self._comparison(children[0], "!=", each) for each in children[1].children))

    def _comparison(self, name: Token, sign: str, literal: Token) -> Condition:
        self._comparisons += 1
        if self._comparisons > MAX_COMPARISONS:
            raise _wrong(name.start_pos or 0, f"a search has at most {MAX_COMPARISONS} comparisons")
        value = _read(literal)
        readings = self._built_in(name, sign, literal, value) if name in BUILT_IN_NAMES else _readings(value)
        if sign == "!=":
            kinds = tuple(Has(str(name), kind_of(each)) for each in readings)
            equal = tuple(Comparison(str(name), Operator.EQUAL, each) for each in readings)
            return All((_any_of(kinds), Not(_any_of(equal))))
        return _any_of(tuple(Comparison(str(name), Operator(sign), each) for each in readings))

    def _built_in(self, name: Token, sign: str, literal: Token, value: Literal) -> list[Literal]:
        read, what, is_ordered = _BUILT_IN[str(name)]
        if not is_ordered and sign not in ("=", "!="):
            raise _wrong(name.start_pos or 0, f"{name} is compared with =, != or in (...) only")
        try:
            return [read(value)]
        except ValueError:
            raise _wrong(literal.start_pos or 0, f"{name} is compared with {what}, not {shown(str(literal))}") from None


def _any_of(conditions: tuple[Condition, ...]) -> Condition:
    return conditions[0] if len(conditions) == 1 else AnyOf(conditions)


def _all_of(conditions: tuple[Condition, ...]) -> Condition:
    return conditions[0] if len(conditions) == 1 else All(conditions)


def _read(token: Token) -> Literal:
    text, place = str(token), token.start_pos or 0
    match token.type:
        case "TRUE" | "FALSE":
            return token.type == "TRUE"
        case "NUMBER":
            try:
                return checked_number(int(text) if text.lstrip("+-").isdigit() else float(text), "here")
            except ValueError as error:
                raise _wrong(place, str(error)) from None
    return _unquoted(text, place)


def _unquoted(text: str, place: int) -> str:
    """A text with JSON's escapes, in double or in single quotes."""
    inner = text[1:-1]
    if text[0] == "'":
        inner = re.sub(r'\\.|"', lambda found: {"\\'": "'", '"': '\\"'}.get(found[0], found[0]), inner, flags=re.DOTALL)
    try:
        value: str = json.loads(f'"{inner}"', strict=False)
    except json.JSONDecodeError as error:
        raise _wrong(place, f'a backslash in a text stands before " \\ / b f n r t or uXXXX ({error.msg})') from None
    if "\0" in value or any("\ud800" <= each <= "\udfff" for each in value):
        raise _wrong(place, "no run has a NUL or half a surrogate pair in a text")
    return value


def _readings(value: Literal) -> list[Literal]:
    """What a literal may mean where an attribute may be of any type: a text may be a moment, too."""
    if isinstance(value, str) and _MOMENT.match(value):
        try:
            return [value, _as_moment(value)]
        except ValueError:
            return [value]
    return [value]


def _as_moment(value: Literal) -> datetime:
    """A date or a date and time of ISO 8601, in UTC where it has no time zone; raises `ValueError`."""
    moment = datetime.fromisoformat(_as_text(value))
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(str(error)) from error


def _as_text(value: Literal) -> str:
    if not isinstance(value, str):
        raise ValueError("no text")  # noqa: TRY004 - one error for all readings
    return value


def _as_status(value: Literal) -> str:
    return RunStatus(_as_text(value)).value


def _as_id(value: Literal) -> UUID:
    return UUID(_as_text(value))


_MOMENTS: Final = 'a date or time such as "2026-11-28" or "2026-11-28T10:00:00Z"'
_BUILT_IN: Final[Mapping[str, tuple[Callable[[Literal], Literal], str, bool]]] = {
    "status": (_as_status, f"one of {', '.join(json.dumps(status.value) for status in RunStatus)}", False),
    "workflow": (_as_text, "a text", False),
    "key": (_as_text, "a text", False),
    "run_id": (_as_id, "the id of a run as a text", False),
    "created_at": (_as_moment, _MOMENTS, True),
    "finished_at": (_as_moment, _MOMENTS, True),
}
"""How the literal beside each of them is read, what it must be, and whether there is less and more of it."""
