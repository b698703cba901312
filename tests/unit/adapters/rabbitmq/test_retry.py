"""How long the RabbitMQ adapter waits."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
import uvloop
from tests.support.machine import allowed

from warren.adapters.rabbitmq.retry import awake_timeout


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def runner(request: pytest.FixtureRequest) -> Any:
    with asyncio.Runner(loop_factory=request.param) as made:
        yield made


def test_time_in_which_the_loop_stood_still_does_not_count(runner: asyncio.Runner) -> None:
    async def main() -> None:
        answer = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(1.6, answer.set_result, "late")  # which is after the block, at once
        async with awake_timeout(1.2):
            time.sleep(2.5)
            assert await answer == "late"

    runner.run(main())


@pytest.mark.parametrize("seconds", [0.05, 0.7])
def test_time_in_which_it_waited_does(runner: asyncio.Runner, seconds: float) -> None:
    async def main() -> None:
        begun = time.monotonic()
        with pytest.raises(TimeoutError):
            async with awake_timeout(seconds):
                await asyncio.get_running_loop().create_future()
        assert seconds - 0.01 <= time.monotonic() - begun < seconds + allowed(1)

    runner.run(main())


def test_what_ends_in_time_is_left_alone(runner: asyncio.Runner) -> None:
    async def main() -> None:
        async with awake_timeout(0.05):
            await asyncio.sleep(0)
        await asyncio.sleep(0.1)
        with pytest.raises(TimeoutError, match="mine"):
            async with awake_timeout(5):
                raise TimeoutError("mine")

    runner.run(main())
