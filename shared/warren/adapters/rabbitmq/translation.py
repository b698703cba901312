"""Turns what aio-pika, aiormq, pamqp and the socket raise into Warren's errors, and a broker's URL into words."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from aio_pika.exceptions import CONNECTION_EXCEPTIONS, AMQPChannelError
from aiormq.exceptions import ChannelAccessRefused, ChannelLockedResource, ChannelNotFoundEntity
from aiormq.exceptions import ChannelPreconditionFailed as PreconditionFailed
from yarl import URL

from warren.errors import BrokerError, BrokerUnavailable

LIBRARY_ERRORS = (*CONNECTION_EXCEPTIONS, asyncio.TimeoutError, EOFError)
_REFUSALS = (ChannelAccessRefused, ChannelLockedResource, ChannelNotFoundEntity, PreconditionFailed)


class ChannelRefused(BrokerError):
    """The broker answered a request by closing its channel. `is_missing`: what was named does not exist."""

    def __init__(self, message: str, *, is_missing: bool = False, is_mismatch: bool = False) -> None:
        super().__init__(message)
        self.is_missing = is_missing
        self.is_mismatch = is_mismatch


class BrokerClosed(BrokerUnavailable):
    """The broker object was closed by this process, or never connected; no waiting helps."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the broker of {name!r} is not connected: its connect() comes first, its close() last")


def masked(url: URL) -> str:
    """The URL as it may be shown: without the password and without parameters."""
    return str((url.with_password("***") if url.password else url).with_query(None))


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Raise `ChannelRefused` for what the broker refused, `BrokerUnavailable` for everything else.

    aiormq also cancels, from below, a task that waits on a connection that breaks: that is no cancellation of this
    task.
    """
    try:
        yield
    except asyncio.CancelledError as exc:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise BrokerUnavailable(f"the connection to {where} broke") from exc
    except _REFUSALS as exc:
        raise ChannelRefused(
            f"{where} refused: {_text(exc)}",
            is_missing=isinstance(exc, ChannelNotFoundEntity),
            is_mismatch=isinstance(exc, PreconditionFailed),
        ) from exc
    except AMQPChannelError as exc:
        raise BrokerUnavailable(f"{where} closed the channel: {_text(exc)}") from exc
    except LIBRARY_ERRORS as exc:
        raise BrokerUnavailable(f"the connection to {where} broke: {_text(exc)}") from exc


def connect_error(url: URL, exc: BaseException, close_reason: tuple[int, str] | None) -> BrokerUnavailable:
    """What went wrong while connecting, and what to do about it."""
    where = masked(url)
    text = close_reason[1] if close_reason else _text(exc)
    lowered = text.lower()
    if "access_refused" in lowered or "authentication" in lowered:
        return BrokerUnavailable(
            f"{where} refused the user or password ({text}); check WARREN_BROKER_URL, and that the user may connect "
            "from this host ('guest' may only from the broker's own)"
        )
    if "not_allowed" in lowered or "vhost" in lowered:
        return BrokerUnavailable(
            f"{where} refused the virtual host ({text}); create it (`rabbitmqctl add_vhost NAME` and "
            "`rabbitmqctl set_permissions -p NAME USER '.*' '.*' '.*'`) or correct the path of WARREN_BROKER_URL"
        )
    if isinstance(exc, ssl.SSLError) or isinstance(exc.__cause__, ssl.SSLError):
        return BrokerUnavailable(
            f"no TLS connection to {where} ({text}); check the certificate (?cafile=FILE names its authority) and "
            "whether the port speaks TLS"
        )
    if isinstance(exc, TimeoutError):
        return BrokerUnavailable(f"{where} did not answer in time; check that RabbitMQ runs there and is reachable")
    return BrokerUnavailable(
        f"cannot connect to {where} ({text}); check that RabbitMQ runs there and that WARREN_BROKER_URL is right"
    )


def _text(exc: BaseException) -> str:
    return " ".join(str(part) for part in exc.args if part is not None) or type(exc).__name__
