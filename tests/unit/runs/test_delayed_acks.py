"""Late acknowledgements: together, soon, and in time for the broker's prefetch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.support.eventually import eventually
from tests.support.idle import idle

from warren.ports import Delivery
from warren.runs.delayed_acks import DELAY_SECONDS, MOST_DELIVERIES, Acknowledgements
from warren.runtime.batching import DELAYED_ACK_BATCHES


class Acks:
    """The part of a subscription that is wanted here."""

    is_active = True

    def __init__(self) -> None:
        self.calls: list[int] = []

    def ack(self, deliveries: Sequence[Delivery]) -> None:
        self.calls.append(len(deliveries))

    receive = nack = cancel = None


def batch(subscription: Any, count: int) -> list[tuple[Any, list[Delivery]]]:
    delivery = Delivery(b"", "q", "", "q", {}, False, 0, None, None, None, 1, 1)
    return [(subscription, [delivery] * count)]


async def test_what_is_done_within_a_few_milliseconds_is_acknowledged_together() -> None:
    acks, late = Acks(), Acknowledgements()
    late.add(batch(acks, 1))
    late.add(batch(acks, 2))
    assert acks.calls == []
    await eventually(lambda: acks.calls, every_seconds=0.001)
    assert acks.calls == [3]
    late.add(batch(acks, 1))
    await eventually(lambda: len(acks.calls) == 2, every_seconds=0.001)


async def test_many_are_acknowledged_at_once_so_that_the_broker_goes_on_delivering() -> None:
    acks, late = Acks(), Acknowledgements()
    late.add(batch(acks, MOST_DELIVERIES))
    assert acks.calls == [MOST_DELIVERIES]
    for _ in range(DELAYED_ACK_BATCHES):
        late.add(batch(acks, 1))
    assert acks.calls == [MOST_DELIVERIES, DELAYED_ACK_BATCHES]


async def test_what_is_dropped_is_left_to_redelivery() -> None:
    acks, late = Acks(), Acknowledgements()
    late.add(batch(acks, 1))
    late.drop()
    await idle(after_seconds=10 * DELAY_SECONDS)
    assert acks.calls == []
    late.add(batch(acks, 1))
    late.flush()
    assert acks.calls == [1]
