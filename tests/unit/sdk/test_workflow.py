# mypy: disable-error-code="call-arg"
# it calls wrongly, or as only the decorated class can be called: mypy need not say so
"""`@workflow` and `Workflow`: compiled at import, and `run()` starts runs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

import warren
from warren import ActionTimeout, RetryPolicy, UnsupportedPatternError, Workflow, WorkflowRegistry, action, workflow
from warren.ir import WorkflowIR
from warren.sdk import native_run, user_run, workflow_registry

CALLS: list[str] = []


@pytest.fixture(autouse=True)
def _no_calls() -> None:
    CALLS.clear()


@action
async def double(x: int) -> int:
    return x * 2


@action
async def flaky(name: str, fails: int) -> str:
    CALLS.append(name)
    if len(CALLS) <= fails:
        raise ConnectionError(name)
    return name


@action
async def hang() -> None:
    await asyncio.sleep(60)


@workflow
class Doubling(Workflow):
    """Doubles."""

    async def run(self, x: int, *, times: int = 1) -> int:
        for _ in range(times):
            x = await double(x)
        return x


@workflow
class Trying(Workflow):
    name = "try-hard"

    async def run(self, fails: int) -> str:
        return await self.run_action(flaky("a", fails), retry=RetryPolicy(attempts=3))


@workflow
class Waiting(Workflow):
    async def run(self) -> str:
        try:
            await self.run_action(hang(), timeout=timedelta(milliseconds=10))
        except ActionTimeout as error:
            return str(error)
        return "done"


class Handle:
    def __init__(self, run_id: UUID, result: Any) -> None:
        self.id = run_id
        self._result = result

    async def result(self) -> Any:
        return self._result


class Client:
    """Remembers starts and answers with the arguments."""

    def __init__(self) -> None:
        self.starts: list[Any] = []

    async def start_run(
        self, workflow: type[Workflow], arguments: Mapping[str, Any], *, key: str | None, run_id: UUID | None
    ) -> Handle:
        self.starts.append((workflow, arguments, key, run_id))
        return Handle(run_id or uuid4(), arguments)


@pytest.fixture
def client() -> Iterator[Client]:
    made = Client()
    warren.set_client_factory(lambda: made)
    yield made
    warren.set_client_factory(warren._default_client)


def test_it_is_compiled_and_registered() -> None:
    assert isinstance(Doubling.workflow_ir(), WorkflowIR)
    assert warren.build_workflow_ir(Doubling) is Doubling.workflow_ir()
    assert Doubling.workflow_ir().name == Doubling.short_name() == "doubling"
    assert Trying.workflow_ir().name == Trying.short_name() == "try-hard"
    assert workflow_registry.get("try-hard") is Trying
    assert Doubling in workflow_registry.entries()
    assert "doubling" in workflow_registry.names()
    assert Doubling.__doc__ == "Doubles."
    assert asyncio.iscoroutinefunction(Doubling.run)


async def test_run_starts_a_run_and_gives_its_result(client: Client) -> None:
    assert await Doubling().run(3, times=2) == {"x": 3, "times": 2}
    assert client.starts == [(Doubling, {"x": 3, "times": 2}, None, None)]
    assert await Doubling().run(x=3, _priority=5) == {"x": 3}


async def test_run_without_blocking_gives_the_id(client: Client) -> None:
    started = await Doubling().run(3, _blocking=False)
    assert str(UUID(started)) == started


async def test_start_gives_a_handle(client: Client) -> None:
    run_id = uuid4()
    handle = await Doubling().start(3, _key="mine", _run_id=run_id)
    assert handle.id == run_id
    assert await handle.result() == {"x": 3}
    assert client.starts == [(Doubling, {"x": 3}, "mine", run_id)]


async def test_wrong_arguments_start_nothing(client: Client) -> None:
    with pytest.raises(TypeError, match=r"Doubling.run\(\): missing a required argument: 'x'"):
        await Doubling().run()
    with pytest.raises(TypeError, match="too many positional"):
        await Doubling().run(1, 2)
    with pytest.raises(TypeError, match="unexpected keyword argument 'y'"):
        await Doubling().start(1, y=2)
    assert client.starts == []


async def test_native_run_is_plain_asyncio(client: Client) -> None:
    assert await native_run(Doubling, 3, times=2) == 12
    assert client.starts == []
    assert user_run(Doubling) is vars(Doubling.run)["__wrapped__"]


async def test_native_retries_and_timeouts_mean_what_they_say() -> None:
    assert await native_run(Trying, 2) == "a"
    assert CALLS == ["a", "a", "a"]
    CALLS.clear()
    with pytest.raises(ConnectionError):
        await native_run(Trying, 3)
    assert CALLS == ["a", "a", "a"]
    assert "hang' took longer than 0.01 s" in await native_run(Waiting)


async def test_retry_covers_what_it_names() -> None:
    own = Workflow()
    for policy, calls in [
        (RetryPolicy(attempts=2, exception_types=["ValueError"]), 1),
        (RetryPolicy(attempts=2, exception_types=[ConnectionError]), 2),
        (RetryPolicy(attempts=2, exception_types=["Exception"]), 2),
        (RetryPolicy(attempts=2, exception_types=[]), 2),
    ]:
        CALLS.clear()
        with pytest.raises(ConnectionError):
            await own.run_action(flaky("a", 9), retry=policy)
        assert len(CALLS) == calls
    with pytest.raises(ValueError, match="positive"):
        await own.run_action(asyncio.sleep(0), timeout=0)


async def test_an_inherited_run_is_compiled_for_the_subclass(client: Client) -> None:
    class Plain(Doubling):
        pass

    with pytest.raises(TypeError, match=r"Plain is not compiled: decorate it with @workflow"):
        await Plain().run(1)

    @workflow
    class Renamed(Doubling):
        name = "renamed-doubling"

    assert Renamed.workflow_ir().name == "renamed-doubling"
    await Renamed().run(1)
    assert client.starts[0][0] is Renamed
    assert await native_run(Renamed, 2) == 4


def test_what_cannot_be_a_workflow() -> None:
    class NoBase:
        async def run(self) -> None: ...

    class NoRun(Workflow):
        pass

    class NotAsync(Workflow):
        def run(self) -> None: ...

    class BadName(Workflow):
        name = 3

        async def run(self) -> None: ...

    class LongName(Workflow):
        name = "☃" * 67

        async def run(self) -> None: ...

    for wrong, reason in [
        (NoBase, "must be a subclass of Workflow"),
        (3, "must be a subclass of Workflow"),
        (NoRun, r"has no run\(\)"),
        (NotAsync, "async def"),
        (BadName, "name must be"),
        (LongName, "name must have at most 200 bytes"),
    ]:
        with pytest.raises(TypeError, match=reason):
            workflow(wrong)


def test_a_generator_is_refused_where_it_yields() -> None:
    class Generator(Workflow):
        async def run(self) -> Any:
            yield 1

    with pytest.raises(UnsupportedPatternError, match="yield 1"):
        workflow(Generator)


def test_a_refused_workflow_is_not_registered() -> None:
    with pytest.raises(UnsupportedPatternError):

        @workflow
        class Refused(Workflow):
            async def run(self) -> None:
                global CALLS
                CALLS = []

    assert workflow_registry.get("refused") is None


def test_names_are_unique() -> None:
    own = WorkflowRegistry()
    own.register("a", Doubling)
    own.register("a", Doubling)
    with pytest.raises(ValueError, match="workflow 'a' already registered"):
        own.register("a", Trying)
    own.reset()
    assert own.names() == []
