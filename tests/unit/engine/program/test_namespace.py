"""Generated code and the engine mean the same by a name, and the engine knows whatever lowering writes."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from types import CodeType, FunctionType

import pytest
from tests.support.golden import fixture_names, workflow_ir

from warren.engine.namespace import AsyncioPart, Global, call_name
from warren.engine.program.executable import Executable
from warren.ir.expressions import Intrinsic
from warren.ir.intrinsics import DISCARD, INTERNAL, SUPPORTED
from warren.ir.walk import walk
from warren.lowering import lower

OWN = {Global.VARIABLES, Global.INNER}
"""Names of the code's own variables: a parameter, and a function in a function."""
NAMES = fixture_names()
executable_of = functools.cache(lambda name: Executable(lower(workflow_ir(name))))


def code_of(function: FunctionType) -> Iterator[CodeType]:
    stack = [function.__code__]
    while stack:
        code = stack.pop()
        yield code
        stack.extend(part for part in code.co_consts if isinstance(part, CodeType))


@pytest.mark.parametrize("name", NAMES)
def test_every_global_that_generated_code_names_is_there(name: str) -> None:
    known = executable_of(name)._globals
    functions = [value for value in known.values() if isinstance(value, FunctionType)]
    codes = [code for function in functions if function.__globals__ is known for code in code_of(function)]
    named = {word for code in codes for word in code.co_names if word.startswith("@")}
    assert named
    assert named <= set(known)


def test_every_name_of_the_namespace_is_found_by_every_program() -> None:
    names = {value for name, value in vars(Global).items() if name.isupper()}
    assert names - set(executable_of(NAMES[0])._globals) == OWN


def test_the_engine_knows_what_lowering_writes() -> None:
    programs = [lower(workflow_ir(name)) for name in NAMES]
    functions = [function for program in programs for function in program.functions.values()]
    written = {node.name for function in functions for node in walk(function) if isinstance(node, Intrinsic)}
    assert {name for name in written if name.startswith("$")} == INTERNAL
    by_name = {call_name(name) for name in INTERNAL - {DISCARD}}  # the compiler itself unbinds a variable
    assert by_name <= set(executable_of(NAMES[0])._globals)


def test_the_engine_has_every_part_of_its_own_asyncio_and_lowering_none() -> None:
    parts = {value for name, value in vars(AsyncioPart).items() if name.isupper()}
    assert parts
    assert not parts & (INTERNAL | SUPPORTED)  # a program that names one is refused
    assert {call_name(part) for part in parts} <= set(executable_of(NAMES[0])._globals)
