"""Whether the broker still reads and answers: TCP may never say that the other side, or one direction, is gone.

A broker that receives nothing goes on sending heartbeats and deliveries, so what arrives is no proof; an answer is. So
the broker is asked for one all the time, on a channel of its own. It must not know what else the connection is used
for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import aio_pika.abc

from warren.adapters.rabbitmq import frames
from warren.adapters.rabbitmq.frame_splitter import FrameSplitter

_TICK_SECONDS: Final = 1.0
_ASK_EVERY: Final = 2
_DEAD_AFTER: Final = 5
_MUCH: Final = 1 << 18
"""Ticks between two questions, ticks without an answer after which the connection is given up, and so many bytes that
an answer may be behind them."""


class Liveness:
    """Asks, and says when nobody answers. `heartbeat_seconds` are those that were agreed on with the broker."""

    def __init__(self, splitter: FrameSplitter, *, heartbeat_seconds: int, send: Callable[[bytes], None]) -> None:
        self._splitter = splitter
        self._heartbeats = heartbeat_seconds
        self._send = send
        self._answers = 0

    async def until_dead(self, channel: aio_pika.abc.AbstractChannel) -> int:
        """Ask on `channel`, which nobody else uses, until there is no answer any more; returns for how many seconds.

        Counts its own ticks rather than the clock, so that a process that was itself asleep blames nobody.
        """
        number = (await channel.get_underlay_channel()).number
        self._splitter.sinks[number] = self
        probe = frames.encode_probe(number)
        asked = ticks = 0
        state = self._state(asked)
        while True:
            if ticks >= _ASK_EVERY and self._answers == asked and not self._splitter.is_blocked:
                self._send(probe)
                asked, ticks = asked + 1, 0
                state = self._state(asked)
            await asyncio.sleep(_TICK_SECONDS)
            if (now := self._state(asked)) != state:
                state, ticks = now, 0
            ticks += 1
            if ticks >= self._timeout_ticks():
                return int(ticks * _TICK_SECONDS)

    def take(self, kind: int, payload: bytes) -> bool:
        """Answers, which aiormq did not ask for."""
        if kind != frames.METHOD or frames.method_id.unpack_from(payload)[0] != frames.QOS_OK:
            return False
        self._answers += 1
        return True

    def _state(self, asked: int) -> tuple[object, ...]:
        """Something of this changes while the other side is there.

        What waits in our own buffer shrinks as long as the broker reads, even if the question is behind much else. So
        may the answer be, behind large messages on their way to us. A broker that blocks a connection stops reading
        from it and cannot answer; it still sends its heartbeats.
        """
        splitter = self._splitter
        if splitter.is_blocked:
            return (True, splitter.received)
        waiting = 0 if splitter.transport is None else splitter.transport.get_write_buffer_size()
        return (False, self._answers - asked, waiting, splitter.volume // _MUCH)

    def _timeout_ticks(self) -> int:
        return max(2 * self._heartbeats, _DEAD_AFTER) if self._splitter.is_blocked else _DEAD_AFTER
