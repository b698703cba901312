"""The workflow that interprets plans, and its actions, each of which notes its execution in a ledger outside Warren.

A worker imports this module. Which ledger, and how long an action takes, is up to `hooks`, which a simulation replaces.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, field_validator
from tests.chaos.ledger import hooks

from warren import RetryPolicy, Workflow, action, upsert_attributes, workflow

MODULUS = 1_000_003


class Boom(Exception):
    """What failing actions raise."""


@action
async def step(total: int, number: int) -> int:
    """One step of the arithmetic."""
    await hooks.executed(0.0)
    return (total * 31 + number) % MODULUS


@action
async def long_step(total: int, number: int, seconds: float) -> int:
    """The same, taking its time."""
    await hooks.executed(seconds)
    return (total * 31 + number) % MODULUS


@action
async def boom(number: int) -> int:
    """Fails always."""
    await hooks.executed(0.0)
    raise Boom(str(number))


@action
async def flaky(total: int, number: int, failures: int) -> int:
    """Fails in its first attempts."""
    attempt = await hooks.executed(0.0)
    if attempt <= failures:
        raise Boom(f"attempt {attempt}")
    return (total * 31 + number) % MODULUS


@action
async def digest(document: list[int], index: int, *, notes: list[int]) -> int:
    """A number for which every item and its place count; then what this action got is spoiled."""
    await hooks.executed(0.0)
    total = index
    for number in (*document, *notes):
        total = (total * 31 + number) % MODULUS
    document[:] = [index] * 3
    notes.append(index)
    return total


@workflow
class Child(Workflow):
    """What a plan starts as a run of its own."""

    name = "chaos.child"

    async def run(self, total: int, number: int) -> int:
        first = await step(total, number)
        await asyncio.sleep(0.05)
        return await step(first, number + 1)


class Interpreter(Workflow):
    """Interprets a plan (see `tests.chaos.plans`), and can be found by where it is."""

    async def block(self, plan: list[Any], total: int) -> int:
        for part in plan:
            kind = part[0]
            upsert_attributes(kind=kind, total=total)
            if kind == "act":
                total = await step(total, part[1])
            elif kind == "child":
                total = await Child().run(total, part[1])
            elif kind == "gather":
                for each in await asyncio.gather(*[step(part[2], index) for index in range(part[1])]):
                    total = (total * 31 + each) % MODULUS
            elif kind == "share":
                document = [(part[3] * 7 + n) % 1000 for n in range(part[2])]
                notes = [total, *document[:300]]
                digests = await asyncio.gather(*[digest(document, n, notes=notes) for n in range(part[1])])
                for each in (*digests, len(document), len(notes)):
                    total = (total * 31 + each) % MODULUS
            elif kind == "caught":
                try:
                    await boom(part[1])
                except Boom as error:
                    total = (total * 31 + int(str(error))) % MODULUS
            elif kind == "retry":
                total = await self.run_action(
                    flaky(total, part[2], part[1]), retry=RetryPolicy(attempts=3, backoff_seconds=0.2)
                )
            elif kind == "exhausted":
                try:
                    await self.run_action(flaky(0, 0, 2), retry=RetryPolicy(attempts=2, backoff_seconds=0.1))
                except Boom:
                    total = (total * 31 + part[1]) % MODULUS
            elif kind == "long":
                total = await long_step(total, part[2], part[1])
            elif kind == "sleep":
                await asyncio.sleep(part[1])
                total = (total * 31 + 1) % MODULUS
            elif kind == "loop":
                for _ in range(part[1]):
                    total = await self.block(part[2], total)
            elif kind == "branches":
                started = [(total * 31 + index) % MODULUS for index in range(len(part[1]))]
                bodies = zip(part[1], started, strict=True)
                results = await asyncio.gather(*[self.block(body, first) for body, first in bodies])
                for each in results:
                    total = (total * 31 + each) % MODULUS
            elif kind == "try":
                before = (total * 31 + part[2]) % MODULUS
                try:
                    total = await self.block(part[1], total)
                    await boom(part[2])
                except Boom:
                    total = (total * 31 + before) % MODULUS
        return total

    def ended(self, total: int) -> int:
        upsert_attributes(kind=None, total=total, ended=True)
        return total


@workflow
class Planned(Interpreter):
    """Takes a plan."""

    name = "chaos.planned"

    async def run(self, plan: list[Any], total: int = 0) -> int:
        return self.ended(await self.block(plan, total))


def _even(total: int) -> int:
    hooks.noted()
    return total - total % 2


class Order(BaseModel):
    """A plan whose check needs the code here."""

    plan: list[Any]
    total: Annotated[int, AfterValidator(_even)]

    @field_validator("plan")
    @classmethod
    def not_empty(cls, plan: list[Any]) -> list[Any]:
        if not plan:
            raise ValueError("there is nothing in it")
        return plan


@workflow
class Ordered(Interpreter):
    """Takes a plan that a worker has to check first: an odd total becomes even there."""

    name = "chaos.ordered"

    async def run(self, order: Order) -> int:
        return self.ended(await self.block(order.plan, order.total))
