"""A program that knows nothing of Warren: pika, and bytes that no library would send."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pika
from pika.adapters.blocking_connection import BlockingChannel
from tests.support.processes import Installation

SECONDS = 20.0


class Foreigner:
    """A pika program with a reply queue."""

    def __init__(self, channel: BlockingChannel) -> None:
        self._channel = channel
        self.replies: str = channel.queue_declare("", exclusive=True).method.queue

    def start(self, body: bytes | dict[str, Any], *, count: int = 1, **properties: Any) -> list[dict[str, Any]]:
        """Publish a start and wait for `count` answers to it."""
        properties = {"reply_to": self.replies, "correlation_id": uuid4().hex, **properties}
        self.publish(body, **properties)
        return self.answers(count, properties["correlation_id"])

    def answers(self, count: int, correlation_id: str | None = None) -> list[dict[str, Any]]:
        """The next answers, to this correlation id if one is given."""
        answers: list[dict[str, Any]] = []
        deadline = time.monotonic() + SECONDS
        while len(answers) < count:
            assert time.monotonic() < deadline, f"only {answers}"
            method, properties, text = self._channel.basic_get(self.replies, auto_ack=True)
            if method is None:
                self._channel.connection.process_data_events(0.02)
            elif correlation_id is None or properties.correlation_id == correlation_id:
                answers.append(json.loads(text))
        return answers

    def listen(self, exchange: str, key: str) -> None:
        """Have copies of what is published come as answers, too."""
        self._channel.queue_bind(self.replies, exchange, key)

    def raw_answer(self) -> tuple[bytes, dict[str, Any]]:
        """The next answer with the bytes of its correlation id, which pika would take for text."""
        found: list[tuple[bytes, dict[str, Any]]] = []
        decode = pika.spec.BasicProperties.decode

        def keep(properties: Any, encoded: bytes, offset: int = 0) -> Any:
            """RabbitMQ sends back the properties of the answer: here flags, delivery mode, correlation id."""
            kept.append(encoded[offset:])
            return properties

        kept: list[bytes] = []
        pika.spec.BasicProperties.decode = keep
        try:
            deadline = time.monotonic() + SECONDS
            while not found:
                assert time.monotonic() < deadline, "no answer"
                method, _, text = self._channel.basic_get(self.replies, auto_ack=True)
                if method is None:
                    self._channel.connection.process_data_events(0.02)
                else:
                    found.append((_correlation_id(kept[-1]), json.loads(text)))
        finally:
            pika.spec.BasicProperties.decode = decode
        return found[0]

    def publish(
        self,
        body: bytes | dict[str, Any],
        *,
        exchange: str = "warren.commands",
        key: str = "start",
        **properties: Any,
    ) -> None:
        """Publish a start, or another message."""
        made = properties.pop("properties", None) or pika.BasicProperties(
            **{"content_type": "application/json", **properties}
        )
        self._channel.basic_publish(
            exchange,
            key,
            body if isinstance(body, bytes) else json.dumps(body).encode(),
            made,
            mandatory=True,
        )

    def parked(self) -> tuple[str, str, bytes]:
        """Reason, explanation and body of the next message in `warren.dead`."""
        headers, body = self.parked_message()
        return headers["x-warren-reason"], headers["x-warren-detail"], body

    def forget_parked(self) -> None:
        """Empty `warren.dead`."""
        self._channel.queue_purge("warren.dead")

    def parked_message(self) -> tuple[dict[str, Any], bytes]:
        """Headers and body of the next message in `warren.dead`."""
        deadline = time.monotonic() + SECONDS
        while True:
            method, properties, body = self._channel.basic_get("warren.dead", auto_ack=True)
            if method is not None:
                return properties.headers, body
            assert time.monotonic() < deadline, "nothing is parked"
            self._channel.connection.process_data_events(0.02)


@contextmanager
def foreigner(installed: Installation) -> Iterator[Foreigner]:
    """Connect with confirms."""
    with pika.BlockingConnection(pika.URLParameters(installed.environment["WARREN_BROKER_URL"])) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        yield Foreigner(channel)


def _correlation_id(encoded: bytes) -> bytes:
    """From the properties of an answer: flags, delivery mode, correlation id."""
    assert int.from_bytes(encoded[:2], "big") == 1 << 12 | CORRELATION_ID
    return encoded[4 : 4 + encoded[3]]


class RawProperties(pika.BasicProperties):  # type: ignore[misc]  # pika has no types
    """Properties as the bytes that they are: flags and what belongs to them."""

    def __init__(self, flags: int, payload: bytes) -> None:
        super().__init__()
        self._flags = flags
        self._payload = payload

    def encode(self) -> list[bytes]:
        return [self._flags.to_bytes(2, "big"), self._payload]


HEADERS, CORRELATION_ID, REPLY_TO, MESSAGE_ID = 1 << 13, 1 << 10, 1 << 9, 1 << 7


def raw(
    *,
    table: bytes | None = None,
    correlation_id: bytes | None = None,
    reply_to: bytes | None = None,
    message_id: bytes | None = None,
) -> RawProperties:
    """Properties with a header table (its entries) and short strings that may hold any bytes."""
    flags, payload = 0, b""
    if table is not None:
        flags, payload = flags | HEADERS, payload + len(table).to_bytes(4, "big") + table
    for flag, text in ((CORRELATION_ID, correlation_id), (REPLY_TO, reply_to), (MESSAGE_ID, message_id)):
        if text is not None:
            flags, payload = flags | flag, payload + bytes([len(text)]) + text
    return RawProperties(flags, payload)


def nested_tables(levels: int) -> bytes:
    """The entries of a header table with a table in a table in a table."""
    table = b""
    for _ in range(levels):
        table = b"\x01tF" + len(table).to_bytes(4, "big") + table
    return table
