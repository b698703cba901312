# mypy: disable-error-code="call-arg"
# it calls wrongly, or as only the decorated class can be called: mypy need not say so
"""Dependencies of actions: resolved for each call, closed after it, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import pytest

from warren import ActionContext, ActionTimeout, Depend, Depends, action, provide_dependencies
from warren.sdk import invoke_action

if TYPE_CHECKING:
    from decimal import Decimal as OnlyForTypeCheckers

LOG: list[str] = []


@pytest.fixture(autouse=True)
def _empty_log() -> None:
    LOG.clear()


async def connection() -> AsyncIterator[str]:
    LOG.append("open")
    try:
        yield "db"
    except BaseException as error:
        LOG.append(f"saw {type(error).__name__}")
        raise
    finally:
        LOG.append("close")


def session(base: Annotated[str, Depends(connection)]) -> Iterator[str]:
    LOG.append("session")
    yield f"session({base})"
    LOG.append("end session")


def swallowing() -> Iterator[str]:
    try:
        yield "swallowing"
    except ValueError:
        LOG.append("swallowed")


def greeting(name: str) -> str:
    return f"hello {name}"


class Settings:
    """A dependency that is its own annotation."""

    url = "memory"


@action
async def query(x: OnlyForTypeCheckers, db: Annotated[str, Depend(connection)], times: int = 1) -> str:
    LOG.append("run")
    if x == "wait":
        await asyncio.sleep(60)
    if x == "fail":
        raise ValueError(x)
    return f"{x}:{db}:{times}"


@action
def threaded(x: int, base: str = Depends(connection), own: str = Depends(session)) -> str:
    return f"{x}:{base}:{own}"


@action
async def suppressed(x: int, dep: str = Depends(swallowing)) -> str:
    raise ValueError(f"{x}{dep}")


@action
async def by_name(name: str, text: str = Depends(greeting)) -> str:
    return text


@action
async def by_class(settings: Annotated[Settings, Depends()]) -> str:
    return settings.url


@action
async def variadic(first: int, /, *rest: int, db: str = Depends(connection), **more: int) -> Any:
    return [first, list(rest), db, more]


async def invoke(function: Callable[..., Any], *args: Any, timeout: float | None = None, **kwargs: Any) -> Any:
    key = vars(function)["__warren_action__"]
    return await invoke_action(key, list(args), kwargs, ActionContext(uuid4(), "w", 1, 1, key), timeout)


@pytest.mark.parametrize("call", [invoke, lambda function, *args, **kwargs: function(*args, **kwargs)])
class TestBothWaysOfCalling:
    """On a worker and directly."""

    async def test_generator_dependency_is_closed_after_the_call(self, call: Any) -> None:
        assert await call(query, "a") == "a:db:1"
        assert LOG == ["open", "run", "close"]
        assert await call(query, "b", times=2) == "b:db:2"
        assert LOG == ["open", "run", "close"] * 2

    async def test_generator_dependency_is_closed_after_a_failure(self, call: Any) -> None:
        with pytest.raises(ValueError, match="fail"):
            await call(query, "fail")
        assert LOG == ["open", "run", "saw ValueError", "close"]

    async def test_positional_arguments_skip_dependencies(self, call: Any) -> None:
        assert await call(query, "a", 3) == "a:db:3"

    async def test_nested_dependencies_share_one_value_in_a_call(self, call: Any) -> None:
        assert await call(threaded, 1) == "1:db:session(db)"
        assert LOG == ["open", "session", "end session", "close"]

    async def test_a_dependency_cannot_swallow_the_failure(self, call: Any) -> None:
        with pytest.raises(ValueError, match="7swallowing"):
            await call(suppressed, 7)
        assert LOG == ["swallowed"]

    async def test_a_dependency_may_take_an_argument_of_the_action(self, call: Any) -> None:
        assert await call(by_name, "ada") == "hello ada"

    async def test_a_class_as_annotation_is_the_dependency(self, call: Any) -> None:
        assert await call(by_class) == "memory"

    async def test_every_kind_of_parameter(self, call: Any) -> None:
        assert await call(variadic, 1, 2, 3, z=4) == [1, [2, 3], "db", {"z": 4}]


async def test_a_timeout_closes_dependencies() -> None:
    with pytest.raises(ActionTimeout):
        await invoke(query, "wait", timeout=0.01)
    assert LOG == ["open", "run", "saw CancelledError", "close"]


async def test_a_dependency_given_in_a_direct_call_is_used() -> None:
    assert await query("a", db="fake") == "a:fake:1"
    assert await threaded(1, "fake", "own") == "1:fake:own"
    assert LOG == ["run"]


async def test_local_annotations_are_found() -> None:
    class Local:
        value = "local"

    def make() -> Local:
        return Local()

    @action
    async def act(dep: Annotated[Local, Depends(make)]) -> str:
        return dep.value

    assert await invoke(act) == "local"


async def test_wrong_arguments_name_the_action() -> None:
    with pytest.raises(TypeError, match=r"query\(\) missing a required argument: 'x'"):
        await query()


def test_dependencies_that_cannot_be_passed_are_refused() -> None:
    with pytest.raises(TypeError, match="'db' must be an ordinary or keyword-only"):

        @action
        async def positional(db: str = Depends(connection), /) -> None: ...

    with pytest.raises(TypeError, match="needs a function"):

        @action
        async def nothing(db=Depends()) -> None: ...  # noqa: B008 - the annotation is what is missing


async def test_provide_dependencies_is_there_for_other_functions() -> None:
    async def handler(db: str = Depends(connection)) -> None: ...

    async with provide_dependencies(handler) as given:
        assert given == {"db": "db"}
    assert LOG == ["open", "close"]
