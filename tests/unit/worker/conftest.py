"""A world for each test, and actions that have seen nothing yet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tests.unit.worker import actions
from tests.unit.worker.world import World, world


@pytest.fixture(autouse=True)
def _fresh() -> None:
    actions.seen.__init__()  # type: ignore[misc]  # back to its defaults


@pytest_asyncio.fixture
async def w(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """A broker, without a worker yet; its queues are quorum queues where a test does not say otherwise."""
    actions.seen.gate = asyncio.Event()
    async with world(queue_type=getattr(request, "param", "quorum")) as made:
        yield made
