"""One setting that several processes replace: the first to write wins, and what cannot be read is not overlooked."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter

from warren.adapters.memory.store import MemoryRunStore
from warren.errors import StoreError
from warren.ports import RunStore
from warren.runs.shared_note import Noted, SharedNote

COUNTS: TypeAdapter[dict[str, int]] = TypeAdapter(dict[str, int])
MOMENT = TypeAdapter(datetime)


@pytest.fixture
async def store() -> RunStore:
    made = MemoryRunStore()
    await made.connect()
    return made


async def test_of_two_that_read_the_same_one_writes(store: RunStore) -> None:
    first, second = SharedNote(store, "counts", COUNTS), SharedNote(store, "counts", COUNTS)
    seen = await first.read()
    assert seen == await second.read() == Noted(None, None)
    written = await asyncio.gather(first.write({"a": 1}, over=seen), second.write({"b": 2}, over=seen))
    (won,) = [each for each in written if each is not None]
    assert await first.read() == won == first.as_written(won.value or {})
    assert await second.write({"c": 3}, over=won) is not None


async def test_what_another_version_wrote_can_be_replaced(store: RunStore) -> None:
    """Its text may not be what this version would write for the same value."""
    assert await store.set_setting("at", '"2030-01-01T00:00:00+00:00"', expected=None)
    note = SharedNote(store, "at", MOMENT)
    seen = await note.read()
    assert seen.value == datetime(2030, 1, 1, tzinfo=UTC)
    assert seen != note.as_written(seen.value)
    assert await note.write(datetime(2031, 1, 1, tzinfo=UTC), over=seen) is not None


async def test_what_cannot_be_read_is_an_error_or_for_a_hint_nothing(store: RunStore) -> None:
    assert await store.set_setting("counts", "[]", expected=None)
    with pytest.raises(StoreError, match="the setting 'counts' is not what it should be"):
        await SharedNote(store, "counts", COUNTS).read()
    hint = SharedNote(store, "counts", COUNTS, is_hint=True)
    seen = await hint.read()
    assert seen == Noted(None, "[]")
    assert await hint.write({"a": 1}, over=seen) is not None
