"""A decorator below `@action`: the function that it made is called as Python would call it, and awaited to the end."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import uuid4

import pytest
from tests.support.modules import both

from warren import Depend, Workflow, action, workflow
from warren.contracts import marks
from warren.contracts.imported_types import ImportedTypes
from warren.contracts.values import decode
from warren.sdk import invoke_action
from warren.sdk.context import ActionContext


class Transfer:
    """An awaitable that is no coroutine."""

    def __await__(self) -> Any:
        yield from asyncio.sleep(0).__await__()
        return "transferred"


def gateway() -> str:
    return "bank"


def unasync(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


def logged(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        return ["logged", await function(*args, **kwargs)]

    return wrapper


def with_database(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    async def wrapper(amount: int) -> Any:
        return await function("db", amount)

    return wrapper


def with_gateway(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    async def wrapper(amount: int, gate: str = Depend(gateway)) -> Any:
        return [gate, await function(amount)]

    return wrapper


@action
@unasync
async def plain_around(amount: int) -> int:
    await asyncio.sleep(0)
    return amount


@action
@unasync
async def plain_around_injected(amount: int, via: str = Depend(gateway)) -> list[Any]:
    return [amount, via]


@action
@with_database
async def fewer_arguments(database: str, amount: int) -> list[Any]:
    return [database, amount]


@action
@logged
async def any_arguments(amount: int, via: Annotated[str, Depend(gateway)]) -> list[Any]:
    return [amount, via]


@action
@with_gateway
async def more_dependencies(amount: int) -> int:
    return amount


@action
def returns_a_future(amount: int) -> Awaitable[int]:
    async def later() -> int:
        return amount

    return later()


@action
async def returns_an_awaitable(amount: int) -> Any:
    return Transfer()


@action
async def returns_nested(amount: int) -> Any:
    async def one() -> Any:
        return Transfer()

    return one()


CASES = {
    plain_around: 3,
    plain_around_injected: [3, "bank"],
    fewer_arguments: ["db", 3],
    any_arguments: ["logged", [3, "bank"]],
    more_dependencies: ["bank", 3],
    returns_a_future: 3,
    returns_an_awaitable: "transferred",
    returns_nested: "transferred",
}


@workflow
class Decorated(Workflow):
    async def run(self, number: int) -> Any:
        return [
            await plain_around(number),
            await plain_around_injected(number),
            await fewer_arguments(amount=number),
            await any_arguments(number),
            await more_dependencies(number),
            await returns_a_future(number),
            await returns_an_awaitable(number),
            await returns_nested(number),
        ]


@pytest.mark.parametrize("timeout", [None, 5.0])
@pytest.mark.parametrize("function", CASES, ids=lambda function: function.__name__)
async def test_a_worker_calls_what_python_would_call(function: Any, timeout: float | None) -> None:
    key = vars(function)[marks.ACTION]
    context = ActionContext(run_id=uuid4(), workflow="flow", invocation=1, attempt=1, action=key)
    assert decode(await invoke_action(key, [3], {}, context, timeout), ImportedTypes()) == CASES[function]


@pytest.mark.parametrize("function", CASES, ids=lambda function: function.__name__)
async def test_so_does_a_direct_call(function: Any) -> None:
    assert await function(3) == CASES[function]


async def test_so_does_a_workflow() -> None:
    assert await both(Decorated, 3) == [repr(list(CASES.values()))] * 2


async def test_the_error_of_an_awaitable_is_the_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail() -> None:
        raise LookupError("not there")

    monkeypatch.setattr(f"{__name__}.Transfer", fail)
    with pytest.raises(LookupError, match="not there"):
        await returns_nested(3)


def test_the_wrapped_function_still_documents_the_action() -> None:
    assert inspect.signature(fewer_arguments) == inspect.signature(inspect.unwrap(fewer_arguments))
    assert [param.name for param in vars(fewer_arguments)[marks.PARAMS]] == ["amount"]
    assert [param.kind for param in vars(any_arguments)[marks.PARAMS]] == ["args", "kwargs"]


def test_a_dependency_that_a_decorator_cannot_pass_by_keyword_is_refused() -> None:
    with pytest.raises(TypeError, match="must be an ordinary or keyword-only parameter"):

        @action
        @logged
        async def positional(amount: int, via: str = Depend(gateway), /) -> None: ...
