"""What people write to find runs: the conditions that it means, and what is said about what means none."""

from __future__ import annotations

import string
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warren.contracts.conditions import All, AnyOf, Comparison, Condition, Has, Kind, Not, Operator
from warren.errors import InvalidInput
from warren.search import parse_where
from warren.search.where import MAX_CHARACTERS, MAX_COMPARISONS

DAY = datetime(2026, 11, 28, tzinfo=UTC)


def equal(name: str, literal: object) -> Comparison:
    return Comparison(name, Operator.EQUAL, literal)  # type: ignore[arg-type]  # any of them


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ('a = "x"', equal("a", "x")),
        ("a = 'x'", equal("a", "x")),
        (r'a = "\"\\\n\u00e4"', equal("a", '"\\\nä')),
        ("a = 'it\\'s \"so\"'", equal("a", 'it\'s "so"')),
        ("a=-3", equal("a", -3)),
        ("a = 2.50", equal("a", 2.5)),
        ("a = 1e3", equal("a", 1000.0)),
        ("a = .5", equal("a", 0.5)),
        ("A = TRUE", equal("A", True)),
        ("_a9 >= 3", Comparison("_a9", Operator.GREATER_OR_EQUAL, 3)),
        ("a != 3", All((Has("a", Kind.NUMBER), Not(equal("a", 3))))),
        ("a in (1, 2)", AnyOf((equal("a", 1), equal("a", 2)))),
        ("a in (1)", equal("a", 1)),
        (
            'a not in (1, "x")',
            All((All((Has("a", Kind.NUMBER), Not(equal("a", 1)))), All((Has("a", Kind.TEXT), Not(equal("a", "x")))))),
        ),
        ("a = 1 or b = 2 and c = 3", AnyOf((equal("a", 1), All((equal("b", 2), equal("c", 3)))))),
        ("(a = 1 or b = 2) AND c = 3", All((AnyOf((equal("a", 1), equal("b", 2))), equal("c", 3)))),
        ("not a = 1 and b = 2", All((Not(equal("a", 1)), equal("b", 2)))),
        ("not (a = 1 and b = 2)", Not(All((equal("a", 1), equal("b", 2))))),
        ("order = 1 and inner = 2 and notes = 3", All((equal("order", 1), equal("inner", 2), equal("notes", 3)))),
        ('status in ("running", "failed")', AnyOf((equal("status", "running"), equal("status", "failed")))),
        ('created_at > "2026-11-28"', Comparison("created_at", Operator.GREATER, DAY)),
        ('created_at > "2026-11-28T01:00:00+01:00"', Comparison("created_at", Operator.GREATER, DAY)),
        ('due < "2026-11-28"', AnyOf(tuple(Comparison("due", Operator.LESS, v) for v in ("2026-11-28", DAY)))),
        ('due = "2026-99-28"', equal("due", "2026-99-28")),
        ('run_id = "00000000-0000-0000-0000-000000000007"', equal("run_id", UUID(int=7))),
        ('key = "2026-11-28"', equal("key", "2026-11-28")),
        (" \n a = 1 \t", equal("a", 1)),
    ],
)
def test_a_text_is_a_condition(text: str, condition: Condition) -> None:
    assert parse_where(text) == condition


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", 'column 1: expected a name, not or "(", not the end'),
        ("a", "column 2: expected one of = != < <= > >=, not or in (...), not the end"),
        ("a = ", 'column 4: expected a value ("text", a number, true or false), not the end'),
        ("a = x", "column 5: expected a value (\"text\", a number, true or false), not 'x'"),
        ("a == 1", "column 4: expected a value"),
        ("1 = a", "column 1: expected a name"),
        ("a = 1 b = 2", "column 7: expected and, or or the end, not 'b'"),
        ("a = 1 and", "column 10: expected a name"),
        ("(a = 1", 'column 7: expected ")", not the end'),
        ("a = 1)", "column 6: expected the end, not ')'"),
        ("a in 1", 'column 6: expected "(", not '),
        ("a in (1 2)", 'column 9: expected ")" or a comma, not '),
        ('a = "x', 'column 5: the text that begins here has no " at its end'),
        ("a = 'x", "column 5: the text that begins here has no ' at its end"),
        ("a = 1; drop table runs", "column 6: ';' means nothing here"),
        ("a-b = 1", "column 2: "),
        ("ä = 1", "column 1: 'ä' means nothing here"),
        (r'a = "\x"', "column 5: a backslash in a text stands before"),
        (r'a = "\u0000"', "column 5: no run has a NUL"),
        (r'a = "\ud800"', "column 5: no run has a NUL or half a surrogate pair"),
        ("a = 9223372036854775808", "column 5: here: an integer has at most 64 bits"),
        ("a = 1e999", "column 5: here: inf cannot be compared"),
        ('status = "done"', 'column 10: status is compared with one of "running", "completed", "failed", "cancelled"'),
        ('status > "running"', "column 1: status is compared with =, != or in (...) only"),
        ("workflow = 3", "column 12: workflow is compared with a text, not '3'"),
        ('run_id = "7"', "column 10: run_id is compared with the id of a run as a text"),
        ('created_at > "yesterday"', 'column 14: created_at is compared with a date or time such as "2026-11-28"'),
        ('created_at > "0001-01-01T00:00:00+10:00"', "column 14: created_at is compared with"),
        ("finished_at = true", "column 15: finished_at is compared with"),
    ],
)
def test_what_is_none_is_an_error_with_the_column_and_what_was_expected(text: str, says: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_where(text)
    assert f"where, {says}" in str(caught.value)


def test_bounds() -> None:
    with pytest.raises(InvalidInput, match="at most 10,000 characters, not 10,001"):
        parse_where("a" * (MAX_CHARACTERS + 1))
    fits = " or ".join(["a = 1"] * MAX_COMPARISONS)
    assert isinstance(parse_where(fits), AnyOf)
    with pytest.raises(InvalidInput, match="column 901: a search has at most 100 comparisons"):
        parse_where(f"{fits} or a = 1")
    assert parse_where("(" * 1_000 + "a = 1" + ")" * 1_000) == equal("a", 1)
    with pytest.raises(InvalidInput, match="nested more than 50 deep"):
        parse_where("not " * 1_000 + "a = 1")
    with pytest.raises(InvalidInput, match="a search is a text such as"):
        parse_where(7)  # type: ignore[arg-type]  # the point


WORDS = [*string.printable, "ä", "and ", "or ", "not ", "in ", "a ", "= ", '"x" ', "1 "]


@given(st.lists(st.sampled_from(WORDS)).map("".join))
def test_any_text_is_a_condition_or_an_error_of_the_user(text: str) -> None:
    try:
        parse_where(text)
    except InvalidInput as error:
        refused = str(error)
    else:
        return
    assert refused.startswith("where")
