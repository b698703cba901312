"""Updates of a run in this process, which pytest's tests of a user's ask for through a handle."""

from __future__ import annotations

import asyncio

import pytest

from warren import RunEnded, UpdateFailed, UpdateRefused, Workflow, action, continue_as_new, signal, update, workflow
from warren.errors import InvalidInput


@action
async def price(item: str) -> int:
    return len(item)


@workflow
class Cart(Workflow):
    name = "testing-cart"

    def __init__(self) -> None:
        self.total = 0
        self.is_paid = False

    @update
    async def add(self, item: str, times: int = 1) -> int:
        self.total += times * await price(item)
        return self.total

    @add.validator
    def check_add(self, item: str, times: int = 1) -> None:
        if times < 1:
            raise ValueError("nothing to add")

    @update
    def remove(self, amount: int) -> int:
        if amount > self.total:
            raise LookupError(f"{amount} is more than {self.total}")
        self.total -= amount
        return self.total

    @update
    def pay(self) -> None:
        self.is_paid = True

    @update
    async def never(self) -> None:
        await self.wait_until(lambda: False)

    async def run(self) -> int:
        await self.wait_until(lambda: self.is_paid, timeout=3600)
        return self.total


async def test_a_test_asks_for_updates_through_the_handle() -> None:
    handle = await Cart().start()
    assert await handle.update(Cart.add, "apple", 2, id="a") == 10
    assert await handle.update(Cart.add, "apple", 2, id="a") == 10
    assert await handle.update("add", item="fig") == 13
    assert await handle.update(Cart.remove, amount=3) == 10
    await handle.update(Cart.pay)
    assert await handle.result(5) == 10
    assert await handle.update(Cart.add, "apple", 2, id="a") == 10
    with pytest.raises(RunEnded):
        await handle.update(Cart.pay)


@workflow
class Turns(Workflow):
    def __init__(self) -> None:
        self.is_told = False

    @update
    def turn(self) -> str:
        self.is_told = True
        return "turned"

    @signal
    def tell(self, n: int) -> None:
        pass

    async def run(self, n: int = 0) -> int:
        if n == 0:
            await self.wait_until(lambda: self.is_told)
            continue_as_new(1)
        await asyncio.sleep(10)
        return n


async def test_a_copy_for_the_next_run_of_a_chain_has_the_first_answer() -> None:
    handle = await Turns().start()
    assert await handle.update(Turns.turn, id="a") == "turned"
    async with asyncio.timeout(10):
        assert await handle.result() == 1
        assert await handle.update(Turns.turn, id="a") == "turned"
        with pytest.raises(RunEnded):
            await handle.update(Turns.turn, id="b")


async def test_an_id_that_a_signal_had_waits_no_longer_than_the_run() -> None:
    handle = await Turns().start()
    await handle.signal(Turns.tell, 1, id="a")
    asked = asyncio.create_task(handle.update(Turns.turn, id="a"))
    await asyncio.sleep(0)
    await handle.update(Turns.turn)
    async with asyncio.timeout(10):
        await handle.result()
        with pytest.raises(RunEnded):
            await asked


async def test_what_goes_wrong_says_what() -> None:
    handle = await Cart().start()
    with pytest.raises(UpdateFailed, match="'remove' raised LookupError: 5 is more than 0") as caught:
        await handle.update(Cart.remove, 5)
    assert isinstance(caught.value.__cause__, LookupError)
    with pytest.raises(UpdateRefused, match="nothing to add"):
        await handle.update(Cart.add, "fig", 0)
    with pytest.raises(InvalidInput, match="no update 'adds'"):
        await handle.update("adds", item="fig")
    with pytest.raises(TypeError, match=r"Cart.remove: missing a required argument: 'amount'"):
        await handle.update(Cart.remove)
    with pytest.raises(TypeError, match="by their names"):
        await handle.update("remove", 5)
    with pytest.raises(TypeError, match="an update is given by its `@update` method"):
        await handle.update(Cart.run)  # type: ignore[arg-type]  # what the test is about
    with pytest.raises(TimeoutError):
        await handle.update(Cart.never, timeout=0.05)


async def test_an_update_under_way_at_the_end_of_the_run_is_told_so() -> None:
    handle = await Cart().start()
    waits = asyncio.create_task(handle.update(Cart.never))
    await asyncio.sleep(0.01)
    await handle.update(Cart.pay)
    with pytest.raises(RunEnded, match=r"ended \(completed\) before its update 'never' had"):
        await waits
