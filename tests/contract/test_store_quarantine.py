"""The quarantine of the `RunStore` port: what is kept, in which order it is tried, and what keeping it twice does."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from warren.ports import QuarantinedMessage, RunStore

START = datetime(2030, 1, 1, tzinfo=UTC)
MESSAGE = QuarantinedMessage(
    id=UUID(int=1),
    exchange="warren.events",
    routing_key="0",
    body=b"\x00\xff not text",
    headers={"traceparent": "00-ä"},
    reason="a NUL \x00 and a lone surrogate \ud800",
    since=START,
    next_try_at=START + timedelta(seconds=5),
    run_id=UUID(int=7),
)


async def test_what_is_kept_comes_back_as_it_was(store: RunStore) -> None:
    other = replace(MESSAGE, id=UUID(int=2), run_id=None, mandatory=False, headers={}, next_try_at=START)
    await store.quarantine([MESSAGE, other])
    first, second = await store.quarantined()
    assert first == replace(other, reason=first.reason)
    assert second == replace(MESSAGE, reason=second.reason)
    assert second.reason.startswith("a NUL ")


def due_after(*seconds: int) -> list[QuarantinedMessage]:
    return [replace(MESSAGE, id=UUID(int=each), next_try_at=START + timedelta(seconds=each)) for each in seconds]


async def test_only_what_is_due_is_claimed_and_never_more_than_asked_for(store: RunStore) -> None:
    await store.quarantine(due_after(3, 1, 2))
    assert [each.id.int for each in await store.quarantined(limit=1)] == [1]
    until = START + timedelta(minutes=1)
    claimed = await store.claim_quarantined(due_at=START + timedelta(seconds=2), until=until, limit=1)
    assert [(each.id.int, each.next_try_at) for each in claimed] == [(1, until)]
    claimed = await store.claim_quarantined(due_at=START + timedelta(seconds=2), until=until)
    assert [each.id.int for each in claimed] == [2]
    assert await store.claim_quarantined(due_at=START + timedelta(seconds=2), until=until) == []


async def test_what_is_claimed_is_nobody_elses_until_the_claim_ends(store: RunStore) -> None:
    await store.quarantine(due_after(*range(1, 21)))
    due, until = START + timedelta(seconds=30), START + timedelta(minutes=1)
    claims = await asyncio.gather(*(store.claim_quarantined(due_at=due, until=until, limit=7) for _ in range(8)))
    assert sorted(each.id.int for claim in claims for each in claim) == list(range(1, 21))
    again = await store.claim_quarantined(due_at=until, until=until + timedelta(minutes=1))
    assert len(again) == 20
    assert await store.release(again) == 20


async def test_keeping_it_again_moves_its_next_try_and_keeps_since_when(store: RunStore) -> None:
    await store.quarantine([MESSAGE])
    later = replace(MESSAGE, since=START + timedelta(hours=1), next_try_at=START + timedelta(hours=2), tries=3)
    await store.quarantine([replace(later, reason="again"), replace(later, reason="again")])
    (kept,) = await store.quarantined()
    assert (kept.tries, kept.reason, kept.since, kept.next_try_at) == (3, "again", START, START + timedelta(hours=2))


async def test_what_is_released_is_forgotten(store: RunStore) -> None:
    await store.quarantine([MESSAGE, replace(MESSAGE, id=UUID(int=2))])
    assert await store.release([MESSAGE, replace(MESSAGE, id=UUID(int=9))]) == 1
    assert [each.id.int for each in await store.quarantined()] == [2]
    assert await store.release([]) == 0


async def test_what_has_come_back_meanwhile_is_not_released(store: RunStore) -> None:
    """Whoever published it forgets the message that it has published, not the one that came of it."""
    await store.quarantine([MESSAGE])
    (published,) = await store.quarantined()
    await store.quarantine([replace(MESSAGE, tries=1)])
    assert await store.release([published]) == 0
    assert [each.tries for each in await store.quarantined()] == [1]


async def test_which_runs_have_something_in_the_quarantine(store: RunStore) -> None:
    await store.quarantine([MESSAGE, replace(MESSAGE, id=UUID(int=2), run_id=None)])
    assert await store.quarantined_among([UUID(int=7), UUID(int=8)]) == {UUID(int=7)}
    assert await store.quarantined_among([]) == set()
