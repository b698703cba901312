"""IR to program: every async function becomes a graph, every sync function stays a body of pure statements."""

from __future__ import annotations

from collections.abc import Mapping

from warren.errors import MessageError
from warren.ir import expressions as ex
from warren.ir import semantics
from warren.ir.checking import check
from warren.ir.program import AsyncFunction, Program, ReturnNode, SyncFunction
from warren.ir.workflow import Function, TypeDef, WorkflowIR
from warren.lowering.dataflow import DataflowRewrite
from warren.lowering.statements import StatementLowering


def lower(ir: WorkflowIR) -> Program:
    """Lower a workflow's IR to the program that runs.

    Raises:
        UnsupportedPatternError: an await stands where it cannot be lifted out; says where and what to write instead.
        MessageError: the IR is not what the front end makes.
    """
    check(ir)
    try:
        functions = {key: _lower(function, ir) for key, function in ir.functions.items()}
    except RecursionError:
        raise MessageError("the program is nested too deeply") from None
    return Program(
        workflow=ir.name,
        ref=ir.ref,
        entry=ir.entry,
        functions=functions,
        types=ir.types,
        parameters=ir.parameters,
        returns=ir.returns,
        signals=ir.signals,
        queries=ir.queries,
        updates=ir.updates,
        filename=ir.filename,
        semantics=semantics.CURRENT,
    )


def _lower(function: Function, ir: WorkflowIR) -> AsyncFunction | SyncFunction:
    if not function.is_async:
        return SyncFunction(
            function.name,
            function.qualname,
            function.params,
            function.body,
            function.locals,
            function.cells,
            function.free,
            function.filename,
            function.span,
        )
    return _lower_async(function, ir.functions, ir.types, concurrent=ir.concurrent)


def lower_function(function: Function) -> AsyncFunction:
    """Lower an async function that calls nothing of a workflow."""
    return _lower_async(function, {}, {}, concurrent=False)


def _lower_async(
    function: Function, functions: Mapping[str, Function], types: Mapping[str, TypeDef], *, concurrent: bool
) -> AsyncFunction:
    lowering = StatementLowering(function, functions, types)
    body, futures = function.body, []
    if concurrent:
        rewrite = DataflowRewrite(function, functions)
        body, futures = rewrite.body(body), rewrite.futures
    lowering.body(body)
    lowering.asm.emit(ReturnNode, None, value=ex.Const(None))
    names = (*function.locals, *futures, *lowering.temporaries)
    return AsyncFunction(
        function.name,
        function.qualname,
        function.params,
        lowering.asm.assemble(),
        names,
        function.cells,
        function.free,
        function.filename,
        function.span,
    )
