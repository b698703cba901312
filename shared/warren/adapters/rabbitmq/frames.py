"""The few AMQP 0-9-1 frames of the hot path, to bytes and back: publish, deliver, ack, nack, return.

Pure functions over bytes, because a pamqp object per frame costs more than the whole rest of a message's way through
this process. It knows nothing of connections, and everything that is not hot is left to aiormq.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, Final

from pamqp import decode

from warren.errors import BrokerError, Refusal
from warren.ports.broker import OutgoingMessage

METHOD: Final = 1
HEADER: Final = 2
BODY: Final = 3

CONNECTION_CLOSE: Final = 10 << 16 | 50
CONNECTION_BLOCKED: Final = 10 << 16 | 60
CONNECTION_UNBLOCKED: Final = 10 << 16 | 61
CHANNEL_CLOSE: Final = 20 << 16 | 40
QOS_OK: Final = 60 << 16 | 11
CANCEL: Final = 60 << 16 | 30
RETURN: Final = 60 << 16 | 50
DELIVER: Final = 60 << 16 | 60
ACK: Final = 60 << 16 | 80
NACK: Final = 60 << 16 | 120

FRAME_OVERHEAD: Final = 8
HEARTBEAT_FRAME: Final = b"\x08\x00\x00\x00\x00\x00\x00\xce"

_HAS_HEADERS: Final = 1 << 13
_HAS_DELIVERY_MODE: Final = 1 << 12
_HAS_CORRELATION_ID: Final = 1 << 10
_HAS_REPLY_TO: Final = 1 << 9
_HAS_MESSAGE_ID: Final = 1 << 7

Properties = tuple[Mapping[str, Any], str | None, str | None, str | None]
"""Headers, correlation id, reply address and message id."""

frame_prefix: Final = struct.Struct(">BHI")
"""Frame type, channel number, payload size."""
method_id: Final = struct.Struct(">I")
"""Class and method number as one integer, as in the constants above."""
_settlement: Final = struct.Struct(">BHIIQBB")
_content_header: Final = struct.Struct(">BHIHHQH")
_header_payload: Final = struct.Struct(">HHQH")
_tag_and_flag: Final = struct.Struct(">QB")
_long: Final = struct.Struct(">I")
_routes_kept: Final = 4096
_no_limit: Final = 1 << 62
_HEADER_BYTES: Final = 14


class Unsendable(BrokerError):
    """A message that must not be sent: the broker would close the channel or the connection."""

    def __init__(self, reason: str, limit: int | None = None) -> None:
        super().__init__(reason)
        self.refusal = Refusal(reason, limit=limit)


class PublishEncoder:
    """Turns messages into the frames of one channel; keeps the method frames of the routes that it has seen.

    `body_limit` is the most bytes that the broker takes in a body, as far as that is known.
    """

    def __init__(self, channel: int, *, frame_max: int, body_limit: int | None = None) -> None:
        self._channel = channel
        self._body_limit = body_limit or _no_limit
        self._body_max = (frame_max or 1 << 17) - FRAME_OVERHEAD
        self._properties_max = self._body_max - _HEADER_BYTES
        self._methods: dict[tuple[str, str, bool], bytes] = {}

    def encode(self, message: OutgoingMessage) -> bytes:
        """The frames of one message.

        Raises:
            Unsendable: a name or id is too long for AMQP, the headers for a frame, or the body for the broker.
        """
        key = (message.exchange, message.routing_key, message.mandatory)
        method = self._methods.get(key) or self._method(key)
        body = message.body
        flags, properties = _HAS_DELIVERY_MODE, b"\x02" if message.persistent else b"\x01"
        if message.headers:
            flags |= _HAS_HEADERS
            properties = _table(message.headers) + properties
        if message.correlation_id is not None:
            flags |= _HAS_CORRELATION_ID
            properties += _short(message.correlation_id, "correlation id")
        if message.reply_to is not None:
            flags |= _HAS_REPLY_TO
            properties += _short(message.reply_to, "reply address")
        if message.message_id is not None:
            flags |= _HAS_MESSAGE_ID
            properties += _short(message.message_id, "message id")
        size, channel = len(body), self._channel
        if size > self._body_limit or len(properties) > self._properties_max:
            raise self._too_large(size, len(properties))
        header = _content_header.pack(HEADER, channel, 14 + len(properties), 60, 0, size, flags)
        if size <= self._body_max:
            if not size:
                return b"%b%b%b\xce" % (method, header, properties)
            return b"%b%b%b\xce%b%b\xce" % (method, header, properties, frame_prefix.pack(BODY, channel, size), body)
        parts = [method, header, properties, b"\xce"]
        for start in range(0, size, self._body_max):
            piece = body[start : start + self._body_max]
            parts += (frame_prefix.pack(BODY, channel, len(piece)), piece, b"\xce")
        return b"".join(parts)

    def _too_large(self, size: int, properties: int) -> Unsendable:
        if size > self._body_limit:
            return Unsendable(
                f"its body has {size:,} bytes, and the broker takes at most {self._body_limit:,}", self._body_limit
            )
        return Unsendable(f"its headers have {properties:,} bytes and a frame takes {self._properties_max:,}")

    def _method(self, key: tuple[str, str, bool]) -> bytes:
        exchange, routing_key, mandatory = key
        payload = b"\x00\x3c\x00\x28\x00\x00%b%b%b" % (
            _short(exchange, "exchange name"),
            _short(routing_key, "routing key"),
            b"\x01" if mandatory else b"\x00",
        )
        if len(self._methods) >= _routes_kept:
            self._methods.clear()
        frame = self._methods[key] = frame_prefix.pack(METHOD, self._channel, len(payload)) + payload + b"\xce"
        return frame


def encode_ack(channel: int, tag: int, *, multiple: bool) -> bytes:
    """A Basic.Ack frame."""
    return _settlement.pack(METHOD, channel, 13, ACK, tag, multiple, 0xCE)


def encode_nack(channel: int, tag: int, *, multiple: bool, requeue: bool) -> bytes:
    """A Basic.Nack frame."""
    return _settlement.pack(METHOD, channel, 13, NACK, tag, multiple | requeue << 1, 0xCE)


def encode_probe(channel: int) -> bytes:
    """A Basic.Qos frame that changes nothing on a channel without consumers; a living broker answers it at once."""
    payload = b"\x00\x3c\x00\x0a" + bytes(7)
    return frame_prefix.pack(METHOD, channel, len(payload)) + payload + b"\xce"


def decode_confirm(payload: bytes) -> tuple[int, bool]:
    """Delivery tag and whether it means all up to it, of an ack or nack."""
    tag, flags = _tag_and_flag.unpack_from(payload, 4)
    return tag, bool(flags & 1)


def decode_deliver(payload: bytes) -> tuple[int, bool, str, str]:
    """Delivery tag, redelivered, exchange and routing key."""
    at = 5 + payload[4]
    tag, redelivered = _tag_and_flag.unpack_from(payload, at)
    exchange, at = _read_short(payload, at + 9)
    routing_key, _ = _read_short(payload, at)
    return tag, bool(redelivered), exchange, routing_key


def decode_return(payload: bytes) -> tuple[str, str]:
    """Exchange and routing key of a message that came back."""
    _, at = _read_short(payload, 6)
    exchange, at = _read_short(payload, at)
    routing_key, _ = _read_short(payload, at)
    return exchange, routing_key


def decode_close(payload: bytes) -> tuple[int, str]:
    """Reply code and text of a Connection.Close or Channel.Close."""
    code = int.from_bytes(payload[4:6], "big")
    text, _ = _read_short(payload, 6)
    return code, text


def decode_header(payload: bytes) -> tuple[int, Properties]:
    """Body size and properties.

    A header table that cannot be read counts as empty: the message itself is still somebody's to judge. Bytes of names
    and ids that are no UTF-8 become lone surrogates, and these bytes again where the text is sent.
    """
    _, _, size, flags = _header_payload.unpack_from(payload)
    if flags == _HAS_DELIVERY_MODE:
        return size, ({}, None, None, None)
    at = 14
    headers: Mapping[str, Any] = {}
    if flags & 0x8000:  # content type
        at += 1 + payload[at]
    if flags & 0x4000:  # content encoding
        at += 1 + payload[at]
    if flags & _HAS_HEADERS:
        headers = _read_table(payload[at:])
        at += 4 + _long.unpack_from(payload, at)[0]
    at += bool(flags & _HAS_DELIVERY_MODE) + bool(flags & 0x0800)  # priority
    correlation_id = reply_to = message_id = None
    if flags & _HAS_CORRELATION_ID:
        correlation_id, at = _read_short(payload, at)
    if flags & _HAS_REPLY_TO:
        reply_to, at = _read_short(payload, at)
    if flags & 0x0100:  # expiration
        at += 1 + payload[at]
    if flags & _HAS_MESSAGE_ID:
        message_id, at = _read_short(payload, at)
    return size, (headers, correlation_id, reply_to, message_id)


def _short(text: str, what: str) -> bytes:
    raw = text.encode(errors="surrogateescape")
    if len(raw) > 255:
        raise Unsendable(f"the {what} {text[:40]!r}... has {len(raw)} bytes and AMQP allows 255; shorten it")
    return b"%c%b" % (len(raw), raw)


def _table(headers: Mapping[str, str]) -> bytes:
    entries = []
    for key, value in headers.items():
        raw = value.encode(errors="surrogateescape")
        entries.append(b"%bS%b%b" % (_short(key, "header name"), _long.pack(len(raw)), raw))
    table = b"".join(entries)
    return _long.pack(len(table)) + table


def _read_short(payload: bytes, at: int) -> tuple[str, int]:
    end = at + 1 + payload[at]
    return payload[at + 1 : end].decode("utf-8", "surrogateescape"), end


def _read_table(payload: bytes) -> Mapping[str, Any]:
    try:
        return decode.field_table(payload)[1]
    except Exception:  # noqa: BLE001 - tables in tables without end, dates beyond all calendars: anything at all
        return {}
