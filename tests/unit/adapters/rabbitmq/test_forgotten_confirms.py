"""When the publisher takes a confirm for forgotten, and what it waits for all the same."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from warren.adapters.rabbitmq import publisher
from warren.adapters.rabbitmq.publisher import Publisher


@pytest.mark.parametrize(
    ("state", "is_dropped"),
    [
        ({"oldest": 7}, True),
        ({"oldest": None}, False),
        ({"oldest": 7, "is_blocked": True}, False),
        ({"oldest": 7, "is_congested": True}, False),
    ],
)
async def test_a_link_is_dropped_over_a_confirm_that_the_broker_could_have_sent(
    monkeypatch: pytest.MonkeyPatch, state: dict[str, Any], is_dropped: bool
) -> None:
    turns = 0

    async def turn(_: float) -> None:
        nonlocal turns
        turns += 1
        if turns > 100:
            raise TimeoutError

    monkeypatch.setattr(publisher, "asyncio", SimpleNamespace(sleep=turn))
    dropped = asyncio.Event()
    known = SimpleNamespace(**({"is_blocked": False, "is_congested": False, "where": "", "abort": dropped.set} | state))
    try:
        await Publisher._until_forgotten(cast(Any, None), cast(Any, known), cast(Any, known))
    except TimeoutError:
        assert not is_dropped
    assert dropped.is_set() == is_dropped
