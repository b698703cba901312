"""One generated program, run by CPython and by the engine, and what they disagree about."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import math
import pathlib
import random
import re
import selectors
import sys
import textwrap
from dataclasses import dataclass
from typing import Any

from tests.fuzz.modules import generate, inputs
from tests.support.oracle import Call, Observed, observe_native, of_driver

from warren import Workflow, workflow_registry
from warren.contracts.imported_types import ImportedTypes
from warren.contracts.values import Json, decode, encode
from warren.engine import DispatchAction, Executable
from warren.errors import UnsupportedPatternError
from warren.lowering import lower
from warren.sdk import registry
from warren.sdk.built_in_actions import BUILT_IN
from warren.testing import EngineDriver

_UNBOUND = re.compile(r"cannot access (local|free) variable (\W*\w+\W*) where it is not associated with a value[\w ]*")
_UNORDERED = re.compile(r"('[<>]' not supported between instances) of '(\w+)' and '(\w+)'")
_LONGEST_SELECT = 86_400
_RESOLUTION = 1e-9
_SMALL = """import asyncio
from warren import Workflow, action, workflow


@action
async def act(x: object) -> object:
    await asyncio.sleep(0)
    return x


@action
async def fail(x: object) -> object:
    await asyncio.sleep(0)
    raise ValueError(x)


async def helper2(x):
    return await act(x)


@workflow
class Small(Workflow):
    name = "{name}"

    async def run(self) -> object:
"""

_ENDS = {"warren.errors:LimitExceeded", "warren.errors:NotSupportedInWorkflow"}
"""What ends a run that CPython would go on with."""


@dataclass(frozen=True)
class Verdict:
    """How one program fared: `same`, `refused`, `limited` (the engine ended it) or `different`."""

    seed: int
    outcome: str
    detail: str = ""


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time jumps to the next timer as soon as nothing else is to do."""

    def __init__(self) -> None:
        super().__init__(_JumpingSelector(self))
        self.moment = 0.0

    def time(self) -> float:
        return self.moment


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        if timeout:
            moment = self._loop.moment + timeout
            if timeout >= _LONGEST_SELECT:  # a loop waits for no more at once
                moment = self._loop._scheduled[0].when()  # type: ignore[attr-defined]  # asyncio's own
            if moment + _RESOLUTION == moment:  # floats are coarse here, and a timer is over when its moment has passed
                moment = math.nextafter(moment, math.inf)
            self._loop.moment = moment
        return super().select(0 if timeout is not None else None)


class Runner:
    """Runs programs; `folder` takes their modules while they run."""

    def __init__(self, folder: pathlib.Path, *, orders: int = 2) -> None:
        self._folder = folder
        self._orders = orders

    def check(self, seed: int) -> Verdict:
        """Generate, compile, run both ways and compare."""
        name = f"fuzz_{seed}"
        path = self._folder / f"{name}.py"
        path.write_text(generate(seed))
        try:
            return self._compare(seed, _load(name, path).Fuzz, inputs(seed))
        except UnsupportedPatternError as error:
            return Verdict(seed, "refused", str(error))
        finally:
            path.unlink()
            sys.modules.pop(name, None)
            registry.reset()
            workflow_registry.reset()

    def check_text(self, name: str, body: str, head: str = "") -> Verdict:
        """Likewise a program whose `run()` has this body; it may call `act`, `fail` and `helper2`."""
        path = self._folder / f"{name}.py"
        run = textwrap.indent(textwrap.dedent(body).strip("\n"), " " * 8)
        path.write_text(head + _SMALL.format(name=name) + run + "\n")
        return self._compare(0, _load(name, path).Small, {})

    def _compare(self, seed: int, workflow: type[Workflow], arguments: dict[str, Any]) -> Verdict:
        executable = Executable(lower(workflow.workflow_ir()))
        engine = _observe(executable, arguments, None)
        if engine.error is not None and engine.error["t"] in _ENDS:
            return Verdict(seed, "limited", str(engine.error["args"]))
        native = _native(workflow, arguments)
        differences = _differences(native, engine, "in order", in_order=not workflow.concurrent)
        for order in range(self._orders):
            if differences:
                break
            shuffled = _observe(executable, arguments, seed * 31 + order)
            differences += _differences(native, shuffled, f"order {order}", in_order=not workflow.concurrent)
        return Verdict(seed, "different" if differences else "same", "\n".join(differences))


def _load(name: str, path: pathlib.Path) -> Any:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def _native(workflow: type[Workflow], arguments: dict[str, Any]) -> Observed:
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(observe_native(workflow, arguments))
    finally:
        loop.close()


def _observe(executable: Executable, arguments: dict[str, Any], seed: int | None) -> Observed:
    """Run in the engine; with a seed, results come in a random order and the run is evicted now and then."""
    choose = random.Random(seed)
    driver = EngineDriver(executable, {name: encode(value) for name, value in arguments.items()})
    for _ in range(5_000):
        if driver.is_finished:
            return of_driver(driver)
        if seed is not None and choose.random() < 0.4:
            driver.restore(json.loads(json.dumps(driver.snapshot())))
        driver.go_on()
        waiting = [number for number, command in driver.actions.items() if driver.state.is_pending(command)]
        if driver.is_finished:
            continue
        if waiting:
            number = waiting[0] if seed is None else choose.choice(waiting)
            _answer(driver, number)
        else:
            driver.fire()
    raise AssertionError("the run does not end")


def _answer(driver: EngineDriver, number: int) -> None:
    command: DispatchAction = driver.actions[number]
    known = BUILT_IN.get(command.action) or registry.definition(command.action)
    assert known is not None
    args = [decode(value, ImportedTypes()) for value in command.args]
    kwargs = {name: decode(value, ImportedTypes()) for name, value in command.kwargs.items()}
    call = known.func(*args, **kwargs)
    try:
        while True:
            call.send(None)
    except StopIteration as done:
        driver.succeed(number, done.value)
    except Exception as error:
        driver.fail(number, error)


def _differences(native: Observed, engine: Observed, what: str, *, in_order: bool) -> list[str]:
    found = []
    if _canonical(native.result) != _canonical(engine.result):
        found.append(f"{what}: result{_first_difference(_canonical(native.result), _canonical(engine.result))}")
    if _canonical(native.error) != _canonical(engine.error):
        found.append(f"{what}: error{_first_difference(_canonical(native.error), _canonical(engine.error))}")
    ours, theirs = (_by_strand(observed.calls, in_order=in_order) for observed in (engine, native))
    if ours != theirs:
        strands = sorted({*ours, *theirs})
        strand = next(name for name in strands if ours.get(name) != theirs.get(name))
        found.append(f"{what}: calls of {strand}{_first_difference(theirs.get(strand), ours.get(strand))}")
    return found


def _by_strand(calls: list[Call], *, in_order: bool) -> dict[str, list[Call]]:
    """Calls by the strand that made them, which is their first argument, each in its own order."""
    found: dict[str, list[Call]] = {}
    for action, arguments in calls:
        decoded = _canonical(json.loads(arguments))
        found.setdefault(str(decoded[0][:1]) if in_order else "", []).append((action, json.dumps(decoded)))
    return found if in_order else {strand: sorted(made) for strand, made in found.items()}


def _canonical(value: Json) -> Json:
    """The value with sets in one order, which is their only freedom (it shows where they are sorted and cannot be), and
    one wording for variables without a value, which in a comprehension depends on the version of Python.
    """
    if isinstance(value, str):
        value = _UNBOUND.sub(r"unbound variable \2", value).replace("UnboundLocalError", "NameError")
        return _UNORDERED.sub(lambda match: f"{match[1]} of {sorted(match.group(2, 3))}", value)
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    if isinstance(value, dict):
        made = {name: _canonical(item) for name, item in value.items()}
        if made.get("$") == "exception":
            made.pop("tb", None)
        if made.get("t") == "builtins:NameError":
            del made["mro"]
        if made.get("t") == "builtins:AttributeError":  # about setting one: it has a name since CPython 3.13
            made.pop("a", None)
        if made.get("$") in {"set", "frozenset"}:
            made["v"] = sorted(made["v"], key=json.dumps)
        return made
    return value


def _first_difference(native: Json, engine: Json) -> str:
    """Both texts from a little before the place where they part."""
    one, other = json.dumps(native), json.dumps(engine)
    same = next((index for index, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), 0)
    start = max(same - 150, 0)
    return f"\n  native {one[start : start + 400]}\n  engine {other[start : start + 400]}"
