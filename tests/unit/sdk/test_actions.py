# mypy: disable-error-code="call-arg,call-overload"
# it calls wrongly, or as only the decorated class can be called: mypy need not say so
"""`@action` and the registry: what an action is, under which name, and what is refused."""

from __future__ import annotations

import inspect
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from warren import ActionRegistry, Depend, action, registry
from warren.ir.expressions import Const, Param


@action
async def add(a: int, b: int = 2) -> int:
    """Add two numbers."""
    return a + b


@action(name="renamed", queue="gpu")
def where(offset: int) -> tuple[int, str]:
    return offset, threading.current_thread().name


def provider() -> str:
    return "provided"


class Odd:
    """A default that no codec knows."""


ODD = Odd()


@action
async def full(
    x: int, /, y: Any = ODD, *rest: int, dep: str = Depend(provider), flag: bool = False, **more: int
) -> None:
    pass


async def test_calling_an_action_runs_the_function() -> None:
    assert await add(1) == 3
    assert await add(a=1, b=5) == 6


async def test_a_plain_function_is_awaitable_and_runs_in_a_thread() -> None:
    offset, thread = await where(7)
    assert offset == 7
    assert thread.startswith("warren-action")


async def test_a_wrong_call_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="missing"):
        await add()
    with pytest.raises(TypeError, match="unexpected"):
        await where(offset=1, other=2)


def test_what_the_front_end_reads() -> None:
    assert vars(add)["__warren_action__"] == f"{__name__}:add"
    assert vars(add)["__warren_queue__"] == "default"
    assert vars(add)["__warren_params__"] == (Param("a"), Param("b", default=Const(2)))
    assert vars(where)["__warren_action__"] == f"{__name__}:renamed"
    assert vars(where)["__warren_queue__"] == "gpu"
    assert not inspect.iscoroutinefunction(vars(where)["__wrapped__"])
    assert inspect.iscoroutinefunction(where)
    assert add.__doc__ == "Add two numbers."


def test_params_leave_out_dependencies_and_keep_every_kind() -> None:
    params = vars(full)["__warren_params__"]
    assert [(param.name, param.kind) for param in params] == [
        ("x", "positional"),
        ("y", "normal"),
        ("rest", "args"),
        ("flag", "keyword"),
        ("more", "kwargs"),
    ]
    assert params[1].default == Const({"$": "opaque"})
    assert params[3].default == Const(False)


def test_the_registry_knows_it() -> None:
    key = f"{__name__}:add"
    assert registry.get(key) is add
    assert registry.get(__name__, "add") is add
    assert registry.get(__name__, "nothing") is None
    assert key in registry.names()
    assert any(entry.key == key and entry.is_async for entry in registry.entries())


def test_another_function_under_the_same_name_is_refused() -> None:
    own = ActionRegistry()

    async def one() -> None: ...
    async def two() -> None: ...

    own.register("m", "n", one)
    with pytest.raises(ValueError, match="action 'm:n' already registered"):
        own.register("m", "n", two)
    assert own.names() == ["m:n"]


def test_the_same_function_again_replaces_it() -> None:
    own = ActionRegistry()

    def make() -> Any:
        async def same() -> None: ...

        return same

    own.register("m", "same", make())
    again = make()
    own.register("m", "same", again)
    assert own.entries()[0].func is again
    own.reset()
    assert own.names() == []
    assert own.get("m", "same") is None


def test_local_actions_of_two_tests_do_not_clash() -> None:
    def define() -> Any:
        @action
        async def add() -> str:
            return "local"

        return add

    assert vars(define())["__warren_action__"] == f"{__name__}:{define.__qualname__}.<locals>.add"
    assert registry.get(f"{__name__}:add") is add


def test_what_cannot_be_an_action() -> None:
    def generator() -> Any:
        yield 1

    async def async_generator() -> Any:
        yield 1

    class Thing:
        async def method(self) -> None: ...

    for wrong, reason in [
        (generator, "collect what it yields"),
        (async_generator, "collect what it yields"),
        (Thing, "is a class"),
        (lambda: 1, "lambda"),
        (Thing.method, "outside of the class"),
        (staticmethod(Thing.method), "is a method"),
        (print, "not a function"),
        (3, "not a function"),
    ]:
        with pytest.raises(TypeError, match=reason):
            action(wrong)
    for queue in ("", "bad queue!", "größe", "q" * 201):
        with pytest.raises(TypeError, match="queue cannot be"):
            action(queue=queue)
    action(queue="q" * 200)
    with pytest.raises(TypeError, match="name"):
        action(name=3)


SCRIPT = """
from dataclasses import dataclass
from warren import action
from warren.contracts.imported_types import ImportedTypes
from warren.contracts.values import decode, encode

@dataclass
class Thing:
    x: int

@action
async def hello() -> None: ...

encoded = encode(Thing(1))
assert decode(encoded, ImportedTypes()) == Thing(1)
print(hello.__warren_action__, encoded["t"])
"""


def test_a_script_and_an_import_agree_on_names(tmp_path: Path) -> None:
    """`python script.py` and a worker that imports `script` must mean the same action and the same class."""
    package = tmp_path / "shop"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "orders.py").write_text(SCRIPT)
    commands = {"orders": [str(package / "orders.py")], "shop.orders": ["-m", "shop.orders"]}
    for module, arguments in commands.items():
        done = subprocess.run([sys.executable, *arguments], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert done.stdout.split() == [f"{module}:hello", f"{module}:Thing"]
