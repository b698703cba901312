"""Bad neighbours on real servers: runs that misbehave, and messages that nobody should send, for as long as it lasts.

Each run's end is known (`hostile.REAL_KINDS`); of the messages it is only known that they change nothing for others.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4

import aio_pika
from tests.chaos.faults import Injected
from tests.chaos.hostile import REAL_KINDS, BadInput, BadNeighbour

from warren.client import ClientRunHandle, Warren
from warren.contracts import names
from warren.contracts.ids import new_run_id
from warren.contracts.messages import RunStatus
from warren.contracts.plain import exception_message, exception_name
from warren.errors import WarrenError
from warren.ports import RunStore

_ASK_SECONDS: Final = 20.0
_KILLERS: Final = ("exit", "input exit")
_KILLERS_SHARE: Final = 0.25
"""How often one that ends its workers is among them: each does so as often as `max_deliveries` allows."""
_DISTURBING: Final = ("block", "input block", *_KILLERS)
_JUNK_PAUSE: Final = 0.3


@dataclass(slots=True)
class Neighbours:
    """Keeps bad neighbours at work until `is_starting` is false. `problems` tells which did not end as they must."""

    client: Warren
    store: RunStore
    url: str
    source: random.Random
    is_starting: bool = True
    ended: Counter[str] = field(default_factory=Counter)
    junk: int = 0
    disturbances: list[Injected] = field(default_factory=list)
    """Those that stop a whole worker for a while, or end it: what was at work there may be executed again."""
    problems: list[str] = field(default_factory=list)

    async def run(self, count: int) -> None:
        """Keep so many at work; returns when all have ended."""
        async with asyncio.TaskGroup() as group:
            for _ in range(count):
                group.create_task(self._drive())
            group.create_task(self._litter())

    async def _drive(self) -> None:
        kinds: list[str] = []
        while self.is_starting:
            if not kinds:
                kinds = self.source.sample(list(REAL_KINDS), len(REAL_KINDS))
                kinds = [kind for kind in kinds if kind not in _KILLERS or self.source.random() < _KILLERS_SHARE]
            await self._run_one(kinds.pop())

    async def _run_one(self, kind: str) -> None:
        run_id, began = new_run_id(), time.time()
        while True:
            try:
                handle = await self._start(kind, run_id)
                async with asyncio.timeout(_ASK_SECONDS):
                    await handle.outcome()
                break
            except (TimeoutError, WarrenError):
                run = await self.store.get_run(run_id)
                if run is not None and run.status is not RunStatus.RUNNING:
                    break
        if kind in _DISTURBING:
            self.disturbances.append(Injected(f"bad neighbour: {kind}", "", began, time.time()))
        await self._check(kind, run_id)

    async def _start(self, kind: str, run_id: UUID) -> ClientRunHandle:
        of, _, what = kind.partition(" ")
        if of == "input":
            return await self.client.start_encoded(BadInput, {"trap": what}, run_id=run_id)
        return await self.client.start(BadNeighbour, kind, run_id=run_id)

    async def _check(self, kind: str, run_id: Any) -> None:
        run = await self.store.get_run(run_id)
        expected = REAL_KINDS[kind]
        self.ended[kind] += 1
        if run is None:
            self.problems.append(f"bad neighbour {kind} {run_id}: its confirmed start is lost")
            return
        error = json.loads(run.error or "null")
        text = "" if error is None else f"{exception_name(error)}: {exception_message(error)}"
        if run.status is not expected.status or expected.says not in text:
            self.problems.append(f"bad neighbour {kind} {run_id}: ended as {run.status} {text[:300]}, not {expected}")

    async def _litter(self) -> None:
        """Publish what is ill-formed or too much, through a connection that may break."""
        while self.is_starting:
            with contextlib.suppress(Exception):  # whatever the faults make of its connection
                async with asyncio.timeout(_ASK_SECONDS):
                    await self._publish_junk()
            await asyncio.sleep(_JUNK_PAUSE)

    async def _publish_junk(self) -> None:
        async with await aio_pika.connect(self.url) as connection:
            channel = await connection.channel(publisher_confirms=True)
            for exchange, key, message in _junk(self.source):
                if not self.is_starting:
                    return
                target = await channel.get_exchange(exchange, ensure=False)
                await target.publish(message, routing_key=key, mandatory=False)
                self.junk += 1
                await asyncio.sleep(_JUNK_PAUSE)


def _junk(source: random.Random) -> Iterator[tuple[str, str, aio_pika.Message]]:
    """What strangers may send, in a seeded order."""
    run_id = str(uuid4())
    event = {"type": "action_succeeded", "run_id": run_id, "invocation": 1, "attempt": 1}
    deep: Any = 1
    for _ in range(150):
        deep = [deep]
    bodies: list[tuple[str, str, Any]] = [
        (names.COMMANDS_EXCHANGE, names.START_KEY, {"workflow": "nobody.has.this"}),
        (names.COMMANDS_EXCHANGE, names.START_KEY, {"workflow": "chaos.planned", "input": {"plan": 1}}),
        (names.COMMANDS_EXCHANGE, names.START_KEY, {"workflow": "chaos.planned", "input": {"plan": deep}}),
        (names.COMMANDS_EXCHANGE, names.START_KEY, {"workflow": "", "run_id": 7}),
        (names.COMMANDS_EXCHANGE, names.START_KEY, {"workflow": "x" * 100_000, "key": "\0"}),
        (names.COMMANDS_EXCHANGE, names.REGISTER_KEY, {"workflows": [{"workflow": "w", "ir": {"k": deep}}]}),
        (names.COMMANDS_EXCHANGE, names.REGISTER_KEY, {"workflows": [{"workflow": "w", "ir": {"x": "y" * 3_000_000}}]}),
        (names.EVENTS_EXCHANGE, "0", {"v": 1, "items": [event]}),
        (names.EVENTS_EXCHANGE, "1", {"v": 1, "items": [event | {"result": deep}]}),
        (names.EVENTS_EXCHANGE, "2", {"v": 1, "items": [1, None, {"type": []}]}),
        (names.EVENTS_EXCHANGE, "3", "no object"),
        (names.ACTIONS_EXCHANGE, names.DEFAULT_ACTION_QUEUE, {"v": 1, "items": [{"action": 1}]}),
        (names.ACTIONS_EXCHANGE, names.DEFAULT_ACTION_QUEUE, {"v": 1, "items": []}),
    ]
    for exchange, key, data in source.sample(bodies, len(bodies)):
        yield exchange, key, _message(json.dumps(data).encode(), source)
    yield names.EVENTS_EXCHANGE, "0", _message(b"\xff" * 2_000_000, source)


def _message(body: bytes, source: random.Random) -> aio_pika.Message:
    headers: list[dict[str, Any]] = [
        {},
        {"traceparent": 7, "x": {"nested": ["table", True, None]}},
        {f"h{n}": "v" * 500 for n in range(150)},
        {"x-warren-tries": "many", "traceparent": "00-" + "z" * 52},
    ]
    return aio_pika.Message(
        body,
        headers=source.choice(headers),
        reply_to=source.choice([None, "nobody.listens", "amq.rabbitmq.reply-to.nonsense"]),
        correlation_id=source.choice([None, "c" * 255]),
        priority=source.choice([None, 255]),
        expiration=source.choice([None, 60]),
        content_type=source.choice([None, "text/plain"]),
    )
