"""Functions of the module, sync and async, recursive, with defaults and constants."""

import asyncio
import math

from warren import Workflow, action, workflow

RATE = 0.25
_NAMES = ("zero", "one", "two")


@action
async def fetch(x: int) -> int:
    return x


def price(amount: float, rate: float = RATE, *, digits: int = 2) -> float:
    return round(amount * (1 + rate), digits)


def _name(x: int) -> str:
    """A private helper."""
    try:
        return _NAMES[x]
    except IndexError:
        return f"many ({x})"


def is_even(x: int) -> bool:
    return True if x == 0 else is_odd(x - 1)


def is_odd(x: int) -> bool:
    return False if x == 0 else is_even(x - 1)


async def total(items: list[int]) -> int:
    values = await asyncio.gather(*[fetch(item) for item in items])
    return math.floor(sum(values) + RATE)


@workflow
class ModuleFunctions(Workflow):
    async def run(self, n: int) -> list:
        return [
            price(n),
            price(n, 0.5, digits=0),
            _name(n),
            is_even(n),
            await total([n, n]),
            list(map(price, range(n))),
            min([3, 1, 2], key=price),
        ]


CASES = [{"n": 1}, {"n": 4}]
