"""Task tokens: what one names is read back from it, and nothing else is taken for one."""

from __future__ import annotations

import base64
from uuid import UUID

import pytest

from warren.contracts.task_tokens import TaskToken, check_token, read_token, write_token

RUN = UUID("01234567-89ab-7cde-8123-456789abcdef")
TEXT = write_token(RUN, 1, 1)


@pytest.mark.parametrize("named", [TaskToken(RUN, 1, 1), TaskToken(RUN, (1 << 40) + 3, 70_000)])
def test_a_token_names_an_attempt(named: TaskToken) -> None:
    text = write_token(*named)
    assert read_token(text) == named
    assert check_token(text) == text
    assert text.replace("-", "").replace("_", "").isalnum()


def test_every_change_of_a_token_is_noticed() -> None:
    text = write_token(RUN, 3, 2)
    for place in range(len(text)):
        changed = text[:place] + ("B" if text[place] != "B" else "C") + text[place + 1 :]
        with pytest.raises(ValueError, match="no task token"):
            read_token(changed)


@pytest.mark.parametrize("text", ["", "x", "hello", "ä" * 48, TEXT[:-4], TEXT + "AAAA"])
def test_other_text_is_no_token(text: str) -> None:
    with pytest.raises(ValueError, match="no task token"):
        read_token(text)


def test_what_is_no_text_is_refused_by_its_type() -> None:
    with pytest.raises(ValueError, match="of type int"):
        read_token(5)


def test_a_token_of_a_later_version_says_what_to_do() -> None:
    import warren.contracts.task_tokens as home

    data = base64.urlsafe_b64decode(write_token(RUN, 1, 1))
    body = bytes([2]) + data[1 : -home._CHECK_BYTES]
    with pytest.raises(ValueError, match="version 2, and this Warren reads 1; upgrade it"):
        read_token(base64.urlsafe_b64encode(body + home._check(body)).decode())
