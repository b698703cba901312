"""The bookkeeping of confirms and acks, against the plainest model of it; and frames, against pamqp's."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pamqp.frame
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pamqp.body import ContentBody
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from warren.adapters.rabbitmq import frames
from warren.adapters.rabbitmq.confirm_channel import Batch
from warren.adapters.rabbitmq.delivery_tags import DeliveryTags
from warren.ports.broker import OutgoingMessage

TEXT = st.text(max_size=40)
WORD = st.text(min_size=1, max_size=40)  # pamqp leaves empty ones out


@given(st.integers(1, 40), st.lists(st.lists(st.integers(-2, 45), max_size=10)))
def test_acks_settle_exactly_what_was_asked_for(delivered: int, calls: list[list[int]]) -> None:
    ledger = DeliveryTags()
    ledger.delivered = delivered
    unsettled = set(range(1, delivered + 1))
    for tags in calls:
        upto, single = ledger.settle(tags)
        asked = unsettled.intersection(tags)
        covered = {tag for tag in unsettled if tag <= upto} | set(single)
        assert covered == asked
        assert not upto or upto in asked, "the broker knows no tag that was settled before"
        unsettled -= asked
        assert ledger.is_empty == (not unsettled)


@given(st.integers(1, 20), st.lists(st.tuples(st.integers(1, 25), st.booleans(), st.booleans())))
def test_a_batch_is_done_when_every_message_is_settled(count: int, confirms: list[tuple[int, bool, bool]]) -> None:
    asyncio.run(_check_batch(count, confirms))


async def _check_batch(count: int, confirms: list[tuple[int, bool, bool]]) -> None:
    first = 3
    messages = [OutgoingMessage("", "q", b"%d" % number) for number in range(count)]
    batch = Batch(messages, first, asyncio.get_running_loop().create_future())
    open_tags, refused = set(range(first, first + count)), set[int]()
    for tag, multiple, is_ack in confirms:
        meant = {each for each in open_tags if each == tag or (multiple and each < tag)}
        if not meant:
            continue
        batch.settle(tag, multiple=multiple, is_ack=is_ack)
        open_tags -= meant
        refused |= set() if is_ack else meant
    assert batch.done.done() == (not open_tags)
    must_go_again = min(open_tags | refused, default=first + count)
    again = [message.body for message in batch.unconfirmed]
    assert again == [b"%d" % number for number in range(count)][len(messages) - len(again) :]
    assert first + count - len(again) <= must_go_again, "nothing that was not taken is left out"
    if not open_tags and not refused:
        assert batch.is_clean
        assert again == []


@given(
    body=st.binary(max_size=30).map(lambda part: part * 300),
    headers=st.dictionaries(TEXT, TEXT, max_size=4),
    reply_to=st.none() | WORD,
    correlation_id=st.none() | WORD,
    message_id=st.none() | WORD,
    mandatory=st.booleans(),
    persistent=st.booleans(),
    frame_max=st.sampled_from([4_096, 131_072]),
)
def test_published_frames_are_those_of_the_protocol(
    body: bytes,
    headers: Mapping[str, str],
    reply_to: str | None,
    correlation_id: str | None,
    message_id: str | None,
    mandatory: bool,
    persistent: bool,
    frame_max: int,
) -> None:
    message = OutgoingMessage(
        "exchange", "key", body, headers, reply_to, correlation_id, message_id, mandatory, persistent
    )
    encoder = frames.PublishEncoder(7, frame_max=frame_max)
    data = encoder.encode(message)
    method, header, *pieces = _parsed(data)
    assert isinstance(method, Basic.Publish)
    assert (method.exchange, method.routing_key, method.mandatory) == ("exchange", "key", mandatory)
    assert isinstance(header, ContentHeader)
    properties = header.properties
    assert header.body_size == len(body)
    assert properties.delivery_mode == (2 if persistent else 1)
    assert (properties.headers or {}) == headers
    assert (properties.reply_to, properties.correlation_id, properties.message_id) == (
        reply_to,
        correlation_id,
        message_id,
    )
    assert b"".join(piece.value for piece in pieces if isinstance(piece, ContentBody)) == body
    assert all(len(piece) + frames.FRAME_OVERHEAD <= frame_max for piece in pieces if isinstance(piece, ContentBody))

    size, decoded = frames.decode_header(header.marshal())
    assert size == len(body)
    assert decoded == (headers, correlation_id, reply_to, message_id)


@pytest.mark.parametrize(
    ("message", "says"),
    [
        (OutgoingMessage("", "q", b"", headers={"detail": "x" * 4_100}), r"headers have 4,1\d\d bytes"),
        (OutgoingMessage("", "q", bytes(101)), "body has 101 bytes, and the broker takes at most 100"),
        (OutgoingMessage("", "q" * 256, b""), "routing key .* has 256 bytes"),
    ],
    ids=["headers", "body", "name"],
)
def test_what_would_close_the_connection_is_not_sent(message: OutgoingMessage, says: str) -> None:
    """RabbitMQ closes the connection for a header that does not fit into a frame, and the channel for a large body."""
    encoder = frames.PublishEncoder(7, frame_max=4_096, body_limit=100)
    with pytest.raises(frames.Unsendable, match=says) as caught:
        encoder.encode(message)
    assert caught.value.refusal.limit == (100 if message.body else None)
    assert encoder.encode(OutgoingMessage("", "q", bytes(100), headers={"detail": "x" * 4_000}))


def test_settlements_are_those_of_the_protocol() -> None:
    (ack,) = _parsed(frames.encode_ack(7, 1 << 40, multiple=True))
    assert isinstance(ack, Basic.Ack)
    assert (ack.delivery_tag, ack.multiple) == (1 << 40, True)
    (nack,) = _parsed(frames.encode_nack(7, 5, multiple=False, requeue=True))
    assert isinstance(nack, Basic.Nack)
    assert (nack.delivery_tag, nack.multiple, nack.requeue) == (5, False, True)


def _parsed(data: bytes) -> list[object]:
    found: list[object] = []
    while data:
        consumed, channel, frame = pamqp.frame.unmarshal(data)
        assert channel == 7
        found.append(frame)
        data = data[consumed:]
    return found
