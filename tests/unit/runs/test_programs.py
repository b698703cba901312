"""The cache of programs: what is latest is believed for a while of the event loop's time, never of the machine's."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import pytest
from tests.support.service_workflows import Twice

from warren.adapters.memory.database import MemoryDatabase
from warren.adapters.memory.store import MemoryRunStore
from warren.ir.base import to_json
from warren.lowering import lower
from warren.ports import ProgramRecord
from warren.runs.programs import Programs


class CountingStore(MemoryRunStore):
    """Counts how often it is asked for the latest program."""

    asked = 0

    async def latest_program(self, workflow: str) -> ProgramRecord | None:
        self.asked += 1
        return await super().latest_program(workflow)


async def test_the_latest_program_is_asked_for_again_when_the_loop_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    ir = Twice.workflow_ir()
    database = MemoryDatabase()
    database.programs["v"] = ProgramRecord(
        version="v",
        workflow="twice",
        ir=json.dumps(to_json(ir)),
        program=json.dumps(to_json(lower(ir))),
        registered_at=datetime.now(UTC),
    )
    store = CountingStore(database)
    await store.connect()
    programs = Programs(store)
    now = 1_000.0
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now)
    await programs.latest("twice")
    now += 0.4
    await programs.latest("twice")
    assert store.asked == 1
    now += 0.2
    await programs.latest("twice")
    assert store.asked == 2
