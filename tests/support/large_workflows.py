"""Workflows and actions whose values are at, over and far over every limit, beside an ordinary one."""

from __future__ import annotations

import asyncio

from warren import Workflow, action, workflow


@action
async def text_of(size: int, letter: str = "x") -> str:
    """So many letters."""
    return letter * size


@action
async def length_of(*texts: str) -> int:
    """How many letters came."""
    return sum(map(len, texts))


@action
async def fail_with(size: int) -> None:
    """Raises an exception with so many letters."""
    raise ValueError("e" * size)


@action
async def add(a: int, b: int) -> int:
    """Ordinary."""
    return a + b


@workflow
class Ordinary(Workflow):
    """What goes on beside the others."""

    name = "large.ordinary"

    async def run(self, n: int) -> int:
        total = 0
        for i in range(n):
            total = await add(total, i)
        return total


@workflow
class Gathered(Workflow):
    """Two results that fit each, given to one action."""

    name = "large.gathered"

    async def run(self, size: int) -> int:
        first, second = await asyncio.gather(text_of(size), text_of(size))
        return await length_of(first, second)


@workflow
class Forgiving(Workflow):
    """The same, dealt with in the workflow."""

    name = "large.forgiving"

    async def run(self, size: int) -> str:
        first, second = await asyncio.gather(text_of(size), text_of(size))
        try:
            await length_of(first, second)
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        return "it fits"


@workflow
class Returned(Workflow):
    """A result of the run made of two that fit."""

    name = "large.returned"

    async def run(self, size: int) -> list[str]:
        return list(await asyncio.gather(text_of(size), text_of(size)))


@workflow
class Growing(Workflow):
    """An argument that grows when it is encoded."""

    name = "large.growing"

    async def run(self, size: int) -> int:
        return await length_of("\0" * size)


@workflow
class OneAction(Workflow):
    """One large result, or error, or input."""

    name = "large.one_action"

    async def run(self, kind: str, size: int, text: str = "") -> int:
        if kind == "result":
            return len(await text_of(size))
        if kind == "error":
            await fail_with(size)
        return await length_of(text)


@workflow
class Child(Workflow):
    """Returns a large result to its parent."""

    name = "large.child"

    async def run(self, text: str, size: int) -> str:
        return text + await text_of(size)


@workflow
class WithChild(Workflow):
    """A child with a large input and a large result."""

    name = "large.with_child"

    async def run(self, given: int, returned: int) -> int:
        return len(await Child().run("c" * given, returned))
