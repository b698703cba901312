"""The writing end of one connection, which a second thread may use as well while the event loop is blocked.

What is written consists of whole frames, so where the transport has nothing left to write there is room for one more.
The lock orders the two threads; only a loop that stands still has another thread here, so nobody ever waits for it. It
must not know what the frames mean.
"""

from __future__ import annotations

import asyncio
import os
import threading


class SharedWriter(asyncio.StreamWriter):
    """aiormq's and the connection's writer.

    A transport writes at once whenever it has nothing waiting (uvloop's since 0.23), so that nothing waits for a loop
    that stands still but what the socket did not take.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        protocol: asyncio.StreamReaderProtocol,
        reader: asyncio.StreamReader,
        loop: asyncio.AbstractEventLoop,
        *,
        is_plain: bool,
    ) -> None:
        super().__init__(transport, protocol, reader, loop)
        self._socket = transport
        self._descriptor = transport.get_extra_info("socket").fileno() if is_plain else None
        self._lock = threading.Lock()
        self._rest = b""
        """The end of what another thread began to write; it must leave before anything else."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Write whole frames from the loop's thread."""
        with self._lock:
            if self._rest:
                data, self._rest = self._rest + bytes(data), b""
            self._socket.write(data)

    def write_aside(self, data: bytes) -> bool:
        """Write whole frames from another thread, now; whether they are on their way.

        They are not where the connection is encrypted or ending, or where the socket took less than was written before.
        Never waits, never raises.
        """
        with self._lock:
            if self._descriptor is None or self._is_occupied():
                return False
            has_rest = bool(self._rest)
            data = self._rest or data
            try:
                written = os.write(self._descriptor, data)
            except OSError:  # full, or gone: the loop will notice that
                return False
            self._rest = data[written:]
            return not has_rest

    def forget_socket(self) -> None:
        """The connection is lost: its descriptor may be somebody else's from now on."""
        with self._lock:
            self._descriptor = None

    def _is_occupied(self) -> bool:
        try:
            return self._socket.is_closing() or self._socket.get_write_buffer_size() > 0
        except RuntimeError:  # uvloop's, of a closed handle
            return True
