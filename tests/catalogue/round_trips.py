"""Carrying a value through a run: the input of a start, an action's argument and result, a variable across snapshots,
the attribute of an exception. Everything is made JSON text between processes.
"""

from __future__ import annotations

import asyncio
import functools
import importlib.util
import json
import math
import sys
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from tests.catalogue.entries import ENTRIES, Entry

from warren.contracts.imported_types import ImportedTypes
from warren.contracts.values import decode, encode, encode_exception
from warren.engine import DispatchAction
from warren.sdk.built_in_actions import BUILT_IN
from warren.sdk.context import ActionContext
from warren.sdk.invoke import invoke_definition
from warren.sdk.registry import registry
from warren.testing import EngineDriver
from warren.testing.driver import executable_of

Json = Any

_HEAD = '''"""One workflow for each type of the catalogue."""

from __future__ import annotations

from tests.catalogue.entries import *  # noqa: F403
from tests.catalogue import entries as _entries
globals().update({name: value for name, value in vars(_entries).items() if not name.startswith("__")})
from warren import Workflow, action, workflow


@action
async def same(value):
    """Gives back what it gets."""
    return value


@action
async def fail(value):
    """Raises it within an exception."""
    raise Carrier(value)


class Carrier(Exception):
    """Has a value as its attribute."""

    def __init__(self, value):
        super().__init__("carries")
        self.value = value
'''
_CLASS = '''

@workflow
class Carry{number}(Workflow):
    """Takes a value along every way."""

    name = "catalogue.{number}"

    async def run(self, value: {text}):
        kept = [value, value]
        returned = await same(value)
        pair = {{"returned": returned, "kept": kept}}
        await same(None)
        try:
            await fail(kept[0])
        except Carrier as error:
            return [value, pair["returned"], kept[1], error.value, kept[0] is kept[1]]
'''


@functools.cache
def _module() -> Any:
    source = _HEAD + "".join(_CLASS.format(number=number, text=entry.text) for number, entry in enumerate(ENTRIES))
    path = Path(tempfile.mkdtemp(prefix="warren-catalogue-")) / "catalogue_workflows.py"
    path.write_text(source)
    spec = importlib.util.spec_from_file_location("catalogue_workflows", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules["catalogue_workflows"] = made
    spec.loader.exec_module(made)
    return made


def workflow_of(entry: Entry) -> Any:
    """The workflow whose parameter has the entry's type."""
    return getattr(_module(), f"Carry{ENTRIES.index(entry)}")


def carry(entry: Entry, data: Json) -> list[Any]:
    """What arrives of the JSON `data`: as the input, an action's result, a variable, an exception's attribute.

    Raises:
        InvalidInput: it is refused, by the compiler or by the worker that checks it.
    """
    executable = executable_of(workflow_of(entry))
    bound = executable.bind_input({"value": data})
    driver = EngineDriver(executable, json.loads(json.dumps(bound)))
    while not driver.is_finished:
        (command,) = list(driver.actions.values())
        driver.restore(json.loads(json.dumps(driver.snapshot())))
        _answer(driver, command)
    *values, is_one = driver.outcome()
    assert is_one or type(values[0]).__hash__ is not None, "two names for one list are two names for one list"
    return values


def _answer(driver: EngineDriver, command: DispatchAction) -> None:
    definition = BUILT_IN.get(command.action) or registry.definition(command.action)
    assert definition is not None
    args, kwargs = json.loads(json.dumps([command.args, command.kwargs]))
    context = ActionContext(UUID(int=1), "catalogue", command.invocation, command.attempt, command.action)
    try:
        result = asyncio.run(invoke_definition(definition, args, kwargs, context))
    except Exception as error:  # noqa: BLE001 - as a worker does
        driver.fail(command.invocation, error)
    else:
        driver.succeed_encoded(command.invocation, json.loads(json.dumps(result)))


def sent(value: Any) -> Json:
    """What a Python client sends for a value."""
    return json.loads(json.dumps(encode(value)))


def arrived_in_an_exception(value: Any) -> Any:
    """The attribute of an exception that crossed a process boundary."""
    error = _module().Carrier(value)
    return decode(json.loads(json.dumps(encode_exception(error))), ImportedTypes()).value


def is_same(left: Any, right: Any) -> bool:
    """Equal and of the same class, all through; NaN is itself."""
    if type(left) is not type(right):
        return False
    if isinstance(left, float) and math.isnan(left):
        return math.isnan(right)
    if isinstance(left, complex) and left != left:
        return right != right
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(is_same, left, right))
    if isinstance(left, dict):
        pairs = zip(left.items(), right.items(), strict=False)
        return len(left) == len(right) and all(is_same(a, c) and is_same(b, d) for (a, b), (c, d) in pairs)
    if isinstance(left, BaseException):
        return left.args == right.args
    if left != right:
        return False
    ours, theirs = (getattr(one, "__dict__", {}).keys() - {"__orig_class__"} for one in (left, right))
    return bool(ours == theirs) and is_private_same(left, right)


def is_private_same(left: Any, right: Any) -> bool:
    """For models: private and extra attributes, which pydantic compares, too, and the fields that were set."""
    return not isinstance(left, BaseModel) or left.model_fields_set == right.model_fields_set
