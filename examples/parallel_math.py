"""Several calculations at once, then a summary: `asyncio.gather` over a comprehension and over a fixed list.

warren run examples.parallel_math:ParallelMath --input '{"numbers": [10, 20, 30]}'
"""

from __future__ import annotations

import asyncio
import math

from warren import Workflow, action, workflow


@action
async def factorial(number: int) -> int:
    """n! as an integer of any size."""
    return math.factorial(number)


@action
def count_primes(limit: int) -> int:
    """How many primes are at most `limit`. A plain `def`: it computes, so it runs in a thread of the worker."""
    sieve = bytearray([1]) * (limit + 1)
    sieve[:2] = bytes(len(sieve[:2]))
    for number in range(2, math.isqrt(limit) + 1):
        if sieve[number]:
            sieve[number * number :: number] = bytes(len(sieve[number * number :: number]))
    return sum(sieve)


@action
async def add_up(values: list[int]) -> int:
    """The sum of all values."""
    return sum(values)


@workflow
class ParallelMath(Workflow):
    """Factorials and prime counts of some numbers, all computed side by side, then added up side by side."""

    name = "parallel-math"

    async def run(self, numbers: list[int]) -> dict[str, int]:
        factorials = await asyncio.gather(*[factorial(number) for number in numbers])
        primes = await asyncio.gather(*[count_primes(number) for number in numbers])
        factorial_sum, prime_sum = await asyncio.gather(add_up(factorials), add_up(primes))
        return {
            "numbers": len(numbers),
            "largest_factorial": max(factorials, default=0),
            "sum_of_factorials": factorial_sum,
            "sum_of_prime_counts": prime_sum,
        }
