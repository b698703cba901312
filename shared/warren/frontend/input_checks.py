"""What a workflow does first when a parameter has a type with validators: it lets a worker check plain JSON.

    if isinstance(order, Unchecked): order = await check_input("shop:Checkout", "order", order)

Must not know how it is checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from warren.contracts.names import CHECK_INPUT_ACTION, DEFAULT_ACTION_QUEUE
from warren.contracts.unchecked import UNCHECKED_REF
from warren.ir.expressions import ActionRef, Await, Call, Const, Expr, Intrinsic, Local, Param, TypeName
from warren.ir.spec_parts import code_in
from warren.ir.statements import Assign, If
from warren.ir.walk import walk
from warren.ir.workflow import Function, TypeDef

_PARAMS = (Param("workflow"), Param("parameter"), Param("value"))


def with_input_checks(
    function: Function, ref: str, parameters: Mapping[str, Any], types: Mapping[str, TypeDef], queue: str
) -> Function:
    """`run()` of the workflow class `ref` with the checks that its parameters need, by the workers of `queue`."""
    names = [name for name, spec in parameters.items() if code_in(spec, types)]
    checks = tuple(_check(name, ref, queue) for name in names)
    return replace(function, body=(*checks, *function.body)) if checks else function


def _check(name: str, ref: str, queue: str) -> If:
    arguments: tuple[Expr, ...] = (Const(ref), Const(name), Local(name))
    return If(
        test=Call(Intrinsic("isinstance"), (Local(name), TypeName(UNCHECKED_REF))),
        body=(Assign((Local(name),), Await(Call(ActionRef(CHECK_INPUT_ACTION, _PARAMS, queue), arguments))),),
    )


def queue_of(functions: Mapping[str, Function], entry: str) -> str:
    """The queue whose workers have the workflow: that of the first action which it mentions."""
    first = next(_actions(functions[entry]), None) or next(
        (one for function in functions.values() for one in _actions(function)), None
    )
    return DEFAULT_ACTION_QUEUE if first is None else first.queue


def _actions(function: Function) -> Iterator[ActionRef]:
    return (node for node in walk(function) if isinstance(node, ActionRef))
