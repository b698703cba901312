"""Every pair (and many triples) of small strands, put together in every way: the same order of events as in asyncio.

Natively, an action ends when nothing else can go on, in the order of the calls, which is how the engine's are answered.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from tests.fuzz.running import VirtualLoop
from tests.oracle import order_blocks
from tests.oracle.order_blocks import KINDS, MEETING
from tests.oracle.order_shapes import ENDED, TOGETHER, Together

from warren import prelude
from warren.contracts.values import decode, encode
from warren.engine import Executable
from warren.lowering import lower
from warren.sdk import native
from warren.testing import EngineDriver

# Cancelled before its first step, a coroutine is never awaited; natively Python says so.
pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")

EXECUTABLE = Executable(lower(Together.workflow_ir()))
SHAPES = (*TOGETHER, *ENDED)


class Ordered(dict[Any, None]):
    """A set with an order, for what asyncio keeps in a set: which task it cancels first is chance."""

    def add(self, item: Any) -> None:
        self[item] = None

    def discard(self, item: Any) -> None:
        self.pop(item, None)


async def wait_for(fut: Any, timeout: float | None) -> Any:
    """`asyncio.wait_for` as it is since Python 3.12, for 3.11."""
    if timeout is not None and timeout <= 0:
        task = asyncio.ensure_future(fut)
        end = asyncio.get_running_loop().create_future()
        task.add_done_callback(lambda _: end.done() or end.set_result(None))
        task.cancel()
        await end
        try:
            return task.result()
        except asyncio.CancelledError as error:
            raise TimeoutError from error
    async with asyncio.timeout(timeout):
        return await fut


@pytest.fixture(autouse=True, scope="module")
def one_asyncio() -> Iterator[None]:
    """Take out of asyncio what is chance, or another in each version."""
    original = asyncio.TaskGroup.__init__

    def initialise(self: Any) -> None:
        original(self)
        self._tasks = Ordered()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.TaskGroup, "__init__", initialise)
        patch.setattr(asyncio, "wait_for", wait_for)
        if sys.version_info < (3, 13):  # who is cancelled while it is woken wakes the next one
            patch.setattr(asyncio, "Semaphore", prelude.Semaphore)
            patch.setattr(asyncio, "Condition", prelude.Condition)
        patch.setattr(order_blocks, "act", lambda x: _answered(x, None))
        patch.setattr(order_blocks, "fail", lambda x: _answered(None, ValueError(x)))
        yield


_calls = itertools.count(1)


async def _answered(value: Any, error: Exception | None) -> Any:
    await asyncio.sleep(next(_calls) * 1e-6)  # after all that is ready, in the order of the calls
    if error is not None:
        raise error
    return value


def natively(arguments: dict[str, Any]) -> Any:
    global _calls
    _calls = itertools.count(1)
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(native.native_run(Together, **arguments))
    finally:
        loop.close()


def in_the_engine(arguments: dict[str, Any], *, seed: str) -> Any:
    choose = random.Random(seed)
    driver = EngineDriver(EXECUTABLE, {name: encode(value) for name, value in arguments.items()})
    for _ in range(1_000):
        if driver.is_finished:
            return decode(driver.state.result, None)
        if choose.random() < 0.2:
            driver.restore(json.loads(json.dumps(driver.snapshot())))
        waiting = [number for number, command in driver.actions.items() if driver.state.is_pending(command)]
        if not waiting:
            driver.fire()
            continue
        [value] = driver.actions[waiting[0]].args
        if driver.actions[waiting[0]].action.endswith(":act"):
            driver.succeed_encoded(waiting[0], value)
        else:
            driver.fail(waiting[0], ValueError(decode(value, None)))
    raise AssertionError("the run does not end")


def is_told_apart(shape: str, kinds: Sequence[str]) -> bool:
    """Whether this version of CPython does what the engine does.

    Since 3.12 a gather counts what is complete already at once. Since 3.13 a group that fails while its strand is also
    cancelled from elsewhere cancels it again; before, that cancellation was lost.
    """
    if shape == "done tasks gathered":
        return sys.version_info >= (3, 12)
    return sys.version_info >= (3, 13) or shape != "timeouts" or kinds[0] != "swallows" or "group fails" not in kinds


def check(shape: str, kinds: Sequence[str], *, watched: bool) -> str | None:
    """What differs, or None."""
    arguments = {"shape": shape, "kinds": list(kinds), "watched": watched}
    if not is_told_apart(shape, kinds):
        return None
    there = natively(arguments)
    here = in_the_engine(arguments, seed=f"{shape} {kinds}")
    if there == here:
        return None
    return f"{arguments}\n  native {there}\n  engine {here}"


@pytest.mark.parametrize("shape", SHAPES)
def test_pairs(shape: str) -> None:
    pairs = itertools.product(KINDS, repeat=2)
    found = [
        problem
        for number, pair in enumerate(pairs)
        if (problem := check(shape, pair, watched=number % 2 == 0 or SHAPES.index(shape) % 2 == 0))
    ]
    assert not found, f"{len(found)} differ\n" + "\n".join(found[:3])


@pytest.mark.parametrize("shape", SHAPES)
def test_meetings(shape: str) -> None:
    """Pairs and triples with locks, events, queues and the like."""
    choose = random.Random(f"meetings {shape}")
    pairs = list(itertools.product(MEETING, repeat=2))
    mixed = [*itertools.product(MEETING, KINDS), *itertools.product(KINDS, MEETING)]
    triples = choose.sample(list(itertools.product(MEETING, repeat=3)), 60)
    chosen = [*pairs, *choose.sample(mixed, 60), *triples]
    found = [
        problem for number, kinds in enumerate(chosen) if (problem := check(shape, kinds, watched=number % 2 == 0))
    ]
    assert not found, f"{len(found)} differ\n" + "\n".join(found[:3])


@pytest.mark.parametrize("shape", SHAPES)
def test_triples(shape: str) -> None:
    choose = random.Random(shape)
    triples = choose.sample(list(itertools.product(KINDS, repeat=3)), 60)
    found = [problem for triple in triples if (problem := check(shape, triple, watched=True))]
    assert not found, f"{len(found)} differ\n" + "\n".join(found[:3])
