"""Warren's own client in the simulation, which follows some of the runs while everything breaks, its connection too."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from tests.simulation.network import StormyBroker, StormyServer, Weather
from tests.simulation.scenario import FollowedRun

from warren.adapters.memory.database import MemoryDatabase
from warren.adapters.memory.store import MemoryRunStore
from warren.client import Warren
from warren.errors import InfrastructureError, RunNotFound, StoreUnavailable


class PatientStore(MemoryRunStore):
    """A store that waits while the database is away, as the PostgreSQL adapter does without `give_up_after`."""

    async def get_run(self, run_id: UUID) -> Any:
        return await _patiently(lambda: MemoryRunStore.get_run(self, run_id))

    async def history(self, run_id: UUID, *, after_seq: int = 0, limit: int = 1000) -> Any:
        return await _patiently(lambda: MemoryRunStore.history(self, run_id, after_seq=after_seq, limit=limit))


async def _patiently(operation: Callable[[], Any]) -> Any:
    while True:
        try:
            return await operation()
        except StoreUnavailable:
            await asyncio.sleep(0.5)


class SimulatedFollower:
    """Afterwards `seen` has the numbers of the transitions by run, as they came, and `done` the runs that have ended
    for it.
    """

    def __init__(
        self,
        server: StormyServer,
        database: MemoryDatabase,
        followed: Sequence[FollowedRun],
        *,
        seed: int,
        weather: Weather,
    ) -> None:
        self.seen: dict[UUID, list[int]] = {each.run_id: [] for each in followed}
        self.done: set[UUID] = set()
        self.problems: list[str] = []
        self._server = server
        self._database = database
        self._followed = followed
        self._broker = StormyBroker(
            server, name="follower", source=random.Random(f"connection of {seed}'s follower"), weather=weather
        )

    async def run(self) -> None:
        """Follow, for ever."""
        store = PatientStore(self._database)
        await _patiently(store.connect)
        await self._broker.connect()
        client = Warren(broker=self._broker, store=store, give_up_after=None)
        await client.open()
        async with asyncio.TaskGroup() as group:
            for each in self._followed:
                group.create_task(self._follow(client, each))
                group.create_task(self._cut(each))
            await asyncio.get_running_loop().create_future()

    async def _cut(self, followed: FollowedRun) -> None:
        """The connection breaks in between."""
        await asyncio.sleep(followed.cut_at)
        if self._server.is_up:
            self._server.drop_connection(self._broker)

    async def _follow(self, client: Warren, followed: FollowedRun) -> None:
        await asyncio.sleep(followed.at)
        seen = self.seen[followed.run_id]
        while True:
            try:
                async for entry in client.history(followed.run_id, follow=True):
                    seen.append(entry.seq)
            except (InfrastructureError, RunNotFound) as error:  # it may not have begun; once it has, it must go on
                if seen:
                    self.problems.append(f"{followed.run_id}: following ended with {error!r}")
                    return
                await asyncio.sleep(1.0)
            else:
                self.done.add(followed.run_id)
                return
