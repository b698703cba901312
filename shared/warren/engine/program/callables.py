"""What workflow code calls: actions and other workflows as functions; names and defaults of functions."""

from __future__ import annotations

import ast
import inspect
import types
from collections.abc import Callable
from typing import Any

from warren.engine.program.codegen.syntax import arguments, function, located
from warren.engine.values.calls import ActionCall, ChildCall
from warren.engine.values.limits import OBJECT_BYTES, Budget
from warren.ir.expressions import ActionRef, ChildRef, Param


class Callee:
    """An action or another workflow's `run` as a value; shown without an address, which no two processes share."""

    __slots__ = ("function", "qualname")

    def __init__(self, function: Callable[..., Any], qualname: str) -> None:
        self.function = function
        self.qualname = qualname

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<function {self.qualname}>"


Callee.__name__ = "function"  # as error messages call it


def action_function(ref: ActionRef, budget: Budget) -> Callable[..., ActionCall]:
    """An action as workflow code sees it: calling it checks the arguments and makes an `ActionCall`."""
    module, _, qualname = ref.action.partition(":")
    check = _signature_check(qualname, ref.params)

    def call(*args: Any, **kwargs: Any) -> ActionCall:
        check(*args, **kwargs)
        budget.allocate(OBJECT_BYTES)
        return ActionCall(ref.action, ref.queue, list(args), kwargs)

    return Callee(renamed(call, qualname, qualname, module), qualname)


def child_function(ref: ChildRef, budget: Budget) -> Callable[..., ChildCall]:
    """Another workflow's `run` as workflow code sees it: calling it binds the arguments and makes a `ChildCall`."""
    check = _signature_check("run", ref.params)
    signature = inspect.signature(check)

    def call(*args: Any, **kwargs: Any) -> ChildCall:
        check(*args, **kwargs)
        budget.allocate(OBJECT_BYTES)
        return ChildCall(ref.workflow, signature.bind(*args, **kwargs).arguments)

    return Callee(renamed(call, "run", f"{ref.workflow}.run", ref.workflow), f"{ref.workflow}.run")


def renamed(function: Callable[..., Any], name: str, qualname: str, module: str) -> Callable[..., Any]:
    """Give a function the names that CPython puts into its error messages."""
    function.__name__, function.__qualname__, function.__module__ = name, qualname, module
    return function


def _signature_check(qualname: str, params: tuple[Param, ...]) -> Callable[..., None]:
    """A function with these parameters that does nothing: CPython itself then checks a call."""
    args = arguments([(param.name, param.kind, param.default is not None) for param in params])
    module = located(ast.Module([function("check", args, [])], []))
    scope: dict[str, Any] = {"__builtins__": {}}
    exec(compile(module, "<warren action>", "exec", dont_inherit=True), scope)
    check: Callable[..., None] = scope["check"]
    check.__qualname__ = qualname
    return check


def set_defaults(made: Any, params: tuple[Param, ...], defaults: dict[str, Any]) -> None:
    """Give a function the values of its parameters' defaults."""
    positional = [param for param in params if param.kind in {"positional", "normal"} and param.default is not None]
    keyword = [param for param in params if param.kind == "keyword" and param.default is not None]
    if positional:
        made.__defaults__ = tuple(defaults.get(param.name) for param in positional)
    if keyword:
        made.__kwdefaults__ = {param.name: defaults.get(param.name) for param in keyword}


def with_defaults(
    made: Callable[..., list[Any]], params: tuple[Param, ...], defaults: dict[str, Any]
) -> Callable[..., list[Any]]:
    """A function of the same code with defaults of its own: those of a nested one are evaluated where it is defined."""
    assert isinstance(made, types.FunctionType)
    own = types.FunctionType(made.__code__, made.__globals__, made.__name__)
    own.__qualname__ = made.__qualname__
    set_defaults(own, params, defaults)
    return own
