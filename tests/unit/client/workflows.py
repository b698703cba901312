"""Workflows for the tests of the client."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from pydantic import BaseModel

from warren import Workflow, action, action_context, workflow


class Point(BaseModel):
    x: int
    tags: set[str] = set()


@dataclass
class Order:
    id: int
    lines: tuple[str, ...]


class OutOfStock(Exception):
    """The workflow's own."""


@action
async def ship(order: Order) -> Point:
    if not order.lines:
        raise OutOfStock(order.id)
    return Point(x=order.id, tags=set(order.lines))


@workflow
class Ship(Workflow):
    name = "client-ship"

    async def run(self, order: Order, label: str = "none") -> tuple[str, Point]:
        point = await ship(order)
        return label, point


@workflow
class Wait(Workflow):
    name = "client-wait"

    async def run(self, seconds: float) -> str:
        await asyncio.sleep(seconds)
        return "waited"


@action
async def start_and_wait(seconds: float) -> str:
    handle = await Wait().start(seconds, _key=action_context().idempotency_key)
    return f"{handle.id} {await handle.result()}"


@workflow
class Starts(Workflow):
    name = "client-starts"

    async def run(self, seconds: float) -> str:
        return await start_and_wait(seconds)


@workflow
class Broken(Workflow):
    name = "client-broken"

    async def run(self, code: int) -> None:
        raise ValueError("broken", code)
