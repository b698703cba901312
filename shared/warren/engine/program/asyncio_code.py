"""The parts of asyncio that wait themselves, written as workflow code: `wait_for`, and leaving a `TaskGroup`.

A program gets them as functions of its own, so that a snapshot in the middle of one needs nothing special.
They do what CPython 3.13 does (its 3.11 gave what `wait_for` waits for a task of its own).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

from warren.engine.namespace import AsyncioPart
from warren.ir import expressions as ex
from warren.ir import statements as st
from warren.ir.expressions import Param
from warren.ir.program import AsyncFunction, SyncFunction
from warren.ir.walk import walk
from warren.ir.workflow import Function
from warren.lowering.lower import lower_function

WAIT_FOR = "asyncio:wait_for"
EXIT_GROUP = "asyncio:TaskGroup.__aexit__"
_FUT, _SECONDS, _TASK = ex.Local("fut"), ex.Local("timeout"), ex.Local("$task")
_GROUP, _ERROR, _CANCELLED = ex.Local("group"), ex.Local("error"), ex.Local("$cancelled")


def built_in(functions: Mapping[str, AsyncFunction | SyncFunction]) -> dict[str, AsyncFunction]:
    """Those by key that these functions of a program need."""
    nodes = (node for function in functions.values() for node in walk(function))
    names = {node.name for node in nodes if isinstance(node, ex.Intrinsic)}
    return {key: made for name, (key, made) in _all().items() if name in names}


@functools.cache
def _all() -> dict[str, tuple[str, AsyncFunction]]:
    """Key and function by the name that needs it."""
    return {
        "asyncio.wait_for": (WAIT_FOR, lower_function(_wait_for())),
        "asyncio.TaskGroup": (EXIT_GROUP, lower_function(_exit_group())),
    }


def _call(name: str, *args: ex.Expr) -> ex.Expr:
    return ex.Call(ex.Intrinsic(name), args)


def _wait_for() -> Function:
    over: st.Body = (
        st.Assign((_TASK,), _call(AsyncioPart.TASK, _FUT)),
        st.If(_call(AsyncioPart.IS_DONE, _TASK), (st.Return(_call(AsyncioPart.RESULT, _TASK)),)),
        st.ExprStmt(ex.Await(_call(AsyncioPart.ENDED, _TASK))),
        st.Return(_call(AsyncioPart.LATE_RESULT, _TASK)),
    )
    body: st.Body = (
        st.If(_call(AsyncioPart.IS_OVER, _SECONDS), over),
        st.AsyncWith(st.WithItem(_call("asyncio.timeout", _SECONDS)), (st.Return(ex.Await(_FUT)),)),
    )
    params = (Param("fut", "normal"), Param("timeout", "normal"))
    return Function("wait_for", "wait_for", True, params, body, ("fut", "timeout", "$task"))


def _exit_group() -> Function:
    cancelled = st.ExceptHandler(
        (st.ExprStmt(_call(AsyncioPart.GROUP_CANCELLED, _GROUP, _CANCELLED)),), name="$cancelled"
    )
    wait = st.Try((st.ExprStmt(ex.Await(_call(AsyncioPart.GROUP_WAIT, _GROUP))),), (cancelled,))
    body: st.Body = (
        st.ExprStmt(_call(AsyncioPart.GROUP_LEAVE, _GROUP, _ERROR)),
        st.While(_call(AsyncioPart.GROUP_IS_BUSY, _GROUP), (wait,)),
        st.Return(_call(AsyncioPart.GROUP_CLOSE, _GROUP, _ERROR)),
    )
    params = (Param("group", "normal"), Param("error", "normal"))
    return Function("__aexit__", "TaskGroup.__aexit__", True, params, body, ("group", "error", "$cancelled"))
