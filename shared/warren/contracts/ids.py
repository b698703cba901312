"""Run ids: UUIDv7 (RFC 9562), made by the caller, or derived so that doing it again gives the same id."""

from __future__ import annotations

import hashlib
import os
import time
from datetime import datetime
from uuid import UUID


def new_run_id() -> UUID:
    """A fresh UUIDv7: the first 48 bits are the Unix time in milliseconds, the rest is random."""
    return _uuid7(time.time_ns() // 1_000_000, os.urandom(10))


def derived_run_id(at: datetime, *parts: str) -> UUID:
    """The UUIDv7 that belongs to `parts` at `at`: the same input always gives the same id."""
    return _uuid7(int(at.timestamp() * 1000), hashlib.sha256("\x1f".join(parts).encode()).digest()[:10])


def successor_run_id(at: datetime, run_id: UUID) -> UUID:
    """The id of the run that continues a run: of the same shard, whatever the number of shards is."""
    derived = derived_run_id(at, str(run_id), "continued")
    return UUID(int=derived.int >> 32 << 32 | run_id.int & 0xFFFFFFFF)


def shard_of(run_id: UUID, shards: int) -> int:
    """The event shard of a run: taken from the random part of its id."""
    return (run_id.int & 0xFFFFFFFF) % shards


def _uuid7(milliseconds: int, random: bytes) -> UUID:
    value = (milliseconds & (1 << 48) - 1) << 80 | int.from_bytes(random, "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
