"""The text of a traceback is bounded: what says most stays, the head of the message and the last frames."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from warren.contracts.limits import encode_error
from warren.contracts.tracebacks import LIMIT, traceback_text

HUGE = "begins here " + "x" * 13_000_000 + " ends here"


def innermost(error: BaseException) -> None:
    raise error


def middle(depth: int, error: BaseException) -> None:
    if depth:
        middle(depth - 1, error)
    innermost(error)


def raised(act: Callable[[], Any]) -> BaseException:
    try:
        act()
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def check(error: BaseException) -> str:
    text = traceback_text(error)
    assert len(text) <= LIMIT
    assert json.loads(json.dumps(text).encode())
    assert "in innermost" in text
    assert "raise error" in text
    return text


def test_a_huge_message_costs_no_frames() -> None:
    text = check(raised(lambda: innermost(ValueError(HUGE))))
    assert "ValueError: begins here" in text
    assert "ends here" not in text
    assert "characters)" in text


def test_nor_does_a_huge_message_of_a_cause() -> None:
    def act() -> None:
        try:
            innermost(ValueError(HUGE))
        except ValueError as error:
            raise LookupError("short") from error

    text = check(raised(act))
    assert "ValueError: begins here" in text
    assert text.endswith("LookupError: short\n")
    assert "direct cause" in text


def test_deep_recursion_keeps_the_last_frames() -> None:
    text = check(raised(lambda: middle(500, ValueError("deep"))))
    assert text.endswith("ValueError: deep\n")


def test_huge_notes_cost_no_frames() -> None:
    error = ValueError("noted")
    for _ in range(50):
        error.add_note("n" * 10_000)
    assert "ValueError: noted" in check(raised(lambda: innermost(error)))


def test_a_huge_line_of_source_does_not_hide_the_message(tmp_path: Any) -> None:
    path = tmp_path / "long_line.py"
    path.write_text(f"def act():\n    raise ValueError('short' + '{'y' * 100_000}'[:0])\n")
    names: dict[str, Any] = {}
    exec(compile(path.read_text(), str(path), "exec"), names)
    text = traceback_text(raised(names["act"]))
    assert len(text) <= LIMIT
    assert text.endswith("ValueError: short\n")
    assert "long_line.py" in text


def test_many_causes_leave_the_last_exception() -> None:
    def act() -> None:
        error: BaseException = ValueError(HUGE)
        for number in range(20):
            try:
                raise LookupError(f"{number} {'z' * 5_000}") from error
            except LookupError as caught:
                error = caught
        innermost(error)

    assert "LookupError: 19 zzz" in check(raised(act))


def test_a_group_keeps_its_head_and_its_last_part() -> None:
    group = ExceptionGroup("several", [raised(lambda: innermost(ValueError(HUGE))), LookupError("last one")])  # type: ignore[list-item]  # `raised` gives an Exception here
    text = traceback_text(raised(lambda: innermost(group)))
    assert len(text) <= LIMIT
    assert "several" in text
    assert "last one" in text


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no")

    def __len__(self) -> int:
        raise RuntimeError("no")


def test_an_exception_that_cannot_be_shown_has_its_frames() -> None:
    assert "Unspeakable" in check(raised(lambda: innermost(Unspeakable("x"))))


def test_lone_surrogates_are_spelled_out() -> None:
    assert r"\ud800" in check(raised(lambda: innermost(ValueError("\ud800"))))


@pytest.mark.parametrize("size", [10, 100_000, 13_000_000])
def test_an_encoded_error_has_frames_and_the_head_of_the_message(size: int) -> None:
    encoded: Any = encode_error(raised(lambda: innermost(ValueError("head " + "m" * size))), with_traceback=True)
    assert "raise error" in encoded["tb"]
    assert "ValueError: head mmm" in encoded["tb"]
