"""Workflows written as text by a test, compiled and driven by hand."""

from __future__ import annotations

import importlib.util
import itertools
import pathlib
import sys
import textwrap
from typing import Any

from warren.contracts.values import encode
from warren.engine import Executable
from warren.lowering import lower
from warren.testing import EngineDriver

_HEAD = """
import asyncio
import base64
import bisect
import collections
import dataclasses
import datetime
import decimal
import enum
import functools
import heapq
import itertools
import json
import math
import operator
import re
import statistics
import textwrap
import uuid
import zoneinfo
from dataclasses import dataclass
from warren import RetryPolicy, Workflow, action, workflow

@action
async def act(x: object = None) -> object:
    return x

class Color(enum.Enum):
    RED = 1

@dataclass
class Box:
    value: object = None

    def doubled(self):
        return self.value * 2

    def depth(self, n):
        return self.depth(n + 1)
"""
_numbers = itertools.count()


def compile_text(folder: pathlib.Path, run: str, more: str = "") -> Executable:
    """A workflow whose `run(self, x)` has this body; `more` is the text of further functions of the module."""
    name = f"written_{next(_numbers)}"
    path = folder / f"{name}.py"
    body = textwrap.indent(textwrap.dedent(run).strip("\n"), " " * 8)
    head = f"@workflow\nclass Written(Workflow):\n    name = {name!r}\n    async def run(self, x: object = None):"
    text = f"{_HEAD}\n{textwrap.dedent(more)}\n{head}\n{body}\n"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return Executable(lower(module.Written.workflow_ir()))


def start(executable: Executable, x: Any = None) -> EngineDriver:
    """A run of such a workflow."""
    return EngineDriver(executable, {"x": encode(x)})


def answer_all(driver: EngineDriver, *, limit: int = 1_000_000) -> EngineDriver:
    """Answer every action with its argument and fire every timer, until the run ends."""
    for _ in range(limit):
        if driver.is_finished:
            return driver
        driver.go_on()
        if driver.actions:
            number, command = next(iter(driver.actions.items()))
            driver.succeed_encoded(number, command.args[0] if command.args else None)
        elif driver.timers and not driver.is_finished:
            driver.fire()
    raise AssertionError("the run does not end")
