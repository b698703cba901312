"""A whole random workflow module: the same text for the same seed, for ever (per version of this generator)."""

from __future__ import annotations

import os
import random

from tests.fuzz.awaits import Lines, indent
from tests.fuzz.instances import generate_classes
from tests.fuzz.library import IMPORTS
from tests.fuzz.scope import Scope
from tests.fuzz.statements import StatementMaker

CLASSES = float(os.environ.get("FUZZ_CLASSES", "0.5"))
"""The share of programs about classes."""
_HEAD = '''"""Program {seed} of the differential fuzzer."""

import asyncio
import dataclasses
import enum
import functools
import math
{imports}
from dataclasses import dataclass

from tests.fuzz.stubs import answer
from warren import RetryPolicy, Workflow, action, workflow

LIMIT = 17
GREETING = "hello"
PAIR = (3, -2)


class AppError(Exception):
    pass


class SubError(AppError):
    pass


class Color(enum.Enum):
    RED = 1
    GREEN = 2


@dataclass
class Point:
    x: int
    y: int = 3

    def norm(self) -> int:
        return abs(self.x) + abs(self.y)

    def pair(self) -> tuple:
        return (self.x, self.y)

    def move(self, by: int) -> None:
        self.x += by

    @property
    def label(self) -> str:
        return f"<{{self.x}}>"
'''
_ACTION = """

@action
async def {mood}_{kind}(tag: str, value: int, extra: int = 0, key: str = "") -> {kind}:
    await asyncio.sleep(0)
    return answer("{mood}", "{kind}", (value, extra, key), AppError, SubError)
"""
_FUNCTIONS = """

def double(x):
    return x * 2


def fact(n):
    return 1 if n <= 0 else n * fact(n - 1)


def combine(a, b=1):
    if a > b:
        return a - b
    return [a, b][0] + b


def spread(first, *rest, k=0):
    return first + len(rest) + k


async def countdown(tag, n):
    if n <= 0:
        return 0
    return await calm_int(tag, n) + await countdown(tag, n - 1)
"""


def generate(seed: int) -> str:
    """The source text of program `seed`."""
    choose = random.Random(seed)
    if CLASSES and choose.random() < CLASSES:
        return generate_classes(choose, seed)
    concurrent = choose.random() < 0.15
    lines = _HEAD.format(seed=seed, imports=IMPORTS.strip()).split("\n")
    for mood in ("calm", "risky"):
        for kind in ("int", "str", "list", "dict", "tuple"):
            lines += _ACTION.format(mood=mood, kind=kind).split("\n")
    lines += _FUNCTIONS.split("\n")
    lines += _strand(choose, "strand", safe=True, gentle=concurrent)
    lines += _strand(choose, "wild_strand", safe=False, gentle=concurrent)
    lines += ["", "", "@workflow", "class Fuzz(Workflow):"]
    if concurrent:
        lines.append("    concurrent = True")
    lines += ["    factor = 3", "", "    def __init__(self):", "        self.count = 0", "        self.seen = []"]
    lines += ["", "    @staticmethod", "    def scale(x):", "        return x * 3"]
    lines += ["", "    @property", "    def size(self):", "        return len(self.seen) + self.count"]
    lines += _methods(choose, concurrent)
    return "\n".join(lines) + "\n"


def _strand(choose: random.Random, name: str, *, safe: bool, gentle: bool) -> Lines:
    """An async function whose every call may be a strand of its own: it touches nothing but its own arguments."""
    scope = Scope(choose, is_async=True, tag="tag", may_raise=not gentle, log="notes")
    scope.strands = () if safe else ("strand",)
    scope.declare("int", "value")
    scope.declare("list", "items")
    scope.budget = choose.randint(2, 7)
    maker = StatementMaker(scope)
    body: Lines = []
    while scope.budget > 0:
        body += maker.statement()
    body.append("return [value, notes]")
    lines = ["notes = []"]
    lines += ["try:", *indent(body), "except Exception as problem:", "    return repr(problem)"] if safe else body
    return ["", "", f"async def {name}(tag, value, items):", *indent(lines)]


def _methods(choose: random.Random, concurrent: bool) -> Lines:
    lines: Lines = []
    for name, is_async in (("bump", False), ("mixed", False), ("fetch", True)):
        scope = Scope(choose, is_async=is_async, tag="tag", owner="", log="self.seen", may_raise=not concurrent)
        scope.declare("int", "value")
        scope.budget = choose.randint(1, 4)
        maker = StatementMaker(scope)
        body = ["self.count += 1"] if name == "bump" else []
        while scope.budget > 0:
            body += maker.statement()
        body.append(f"return {maker.expr('int')}")
        head = f"async def {name}(self, tag, value):" if is_async else f"def {name}(self, value):"
        lines += ["", "    " + head, *indent(indent(body))]
    scope = Scope(choose, is_async=True, owner="self", returns="list", may_raise=not concurrent)
    scope.budget = choose.randint(8, 28)
    for kind, name in (("int", "a"), ("str", "b"), ("list", "items")):
        scope.declare(kind, name)
    maker = StatementMaker(scope)
    body = []
    while scope.budget > 0:
        body += maker.statement()
    kept = [name for kind in ("int", "list", "dict", "str", "point", "matrix") for name in scope.variables[kind]]
    body.append(f"return [log, self.count, self.seen, {', '.join(kept)}]")
    lines += ["", "    async def run(self, a: int, b: str, items: list) -> list:", "        log = []"]
    if choose.random() < 0.5 or concurrent:
        wrapped = ["try:", *indent(body), "except Exception as problem:", "    return [repr(problem), log, self.count]"]
        lines += indent(indent(wrapped))
    else:
        lines += indent(indent(body))
    return lines


def inputs(seed: int) -> dict[str, object]:
    """Arguments of `run()` for program `seed`."""
    choose = random.Random(seed * 7919 + 1)
    return {
        "a": choose.choice([0, 1, -1, 5, 2**70]),
        "b": choose.choice(["", "a", "hello", "é☃"]),
        "items": [choose.choice([0, 1, 2, -1, 7]) for _ in range(choose.randint(0, 4))],
    }
