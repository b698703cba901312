"""Modules for one test: written to a folder, imported under a name of their own, and compared run by run."""

from __future__ import annotations

import importlib
import re
import sys
import textwrap
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

from warren.sdk.native import native_run
from warren.testing import run_workflow

_NUMBERS = count(1)

HEAD = """\
from __future__ import annotations

import functools
import time

from warren import Workflow, action, workflow


def logged(function):
    @functools.wraps(function)
    async def wrapper(*args, **kwargs):
        return ["logged", await function(*args, **kwargs)]

    return wrapper


def positive(function):
    @functools.wraps(function)
    async def wrapper(amount):
        if amount <= 0:
            raise ValueError("not positive")
        return await function(amount)

    return wrapper


def bare(function):
    async def wrapper(amount):
        return ("bare", await function(amount))

    return wrapper


def unasync(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


def injected(function):
    @functools.wraps(function)
    async def wrapper(amount):
        return await function("db", amount)

    return wrapper


class Callable:
    def __init__(self, function):
        functools.update_wrapper(self, function)
        self.function = function

    async def __call__(self, *args):
        return ("callable", await self.function(*args))


"""


def write_and_import(folder: Path, source: str, *, head: str = HEAD) -> ModuleType:
    """The module of this source, in which `NAME` is its name; the tests' decorators stand above it."""
    name = f"support_module_{next(_NUMBERS)}"
    path = folder / f"{name}.py"
    path.write_text(head + re.sub(r"\bNAME\b", repr(name), textwrap.dedent(source)))
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(folder))


async def both(workflow: Any, *args: Any) -> list[str]:
    """What the native run and the engine give, or raise."""
    found = []
    for how in (native_run, run_workflow):
        try:
            found.append(repr(await how(workflow, *args)))
        except Exception as error:
            found.append(repr(error))
    return found
