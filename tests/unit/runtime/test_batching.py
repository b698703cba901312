"""Items share messages up to a number and a size, in their order, and none is lost."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from warren.runtime.batching import (
    BATCHES_IN_FLIGHT,
    DELAYED_ACK_BATCHES,
    REMEMBERED_BATCHES,
    MessageLimit,
    slices,
)


@given(st.lists(st.binary(max_size=12), max_size=30), st.integers(1, 5), st.integers(1, 20))
def test_each_message_keeps_to_the_limit_and_is_as_full_as_it_can_be(items: list[bytes], most: int, size: int) -> None:
    chunks = [items[part] for part in slices(items, MessageLimit(most, size))]
    assert [item for chunk in chunks for item in chunk] == items
    for chunk in chunks:
        assert 0 < len(chunk) <= most
        assert len(chunk) == 1 or sum(map(len, chunk)) <= size
    for chunk, following in itertools.pairwise(chunks):
        assert len(chunk) == most or sum(map(len, chunk)) + len(following[0]) > size


def test_what_is_unacknowledged_is_remembered() -> None:
    assert BATCHES_IN_FLIGHT + DELAYED_ACK_BATCHES < REMEMBERED_BATCHES
