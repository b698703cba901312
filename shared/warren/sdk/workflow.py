"""`Workflow` and `@workflow`: a workflow is compiled when its class is defined, and its `run()` then starts runs.

Must not know how a run is carried out, only whom to ask for one (`client_factory`) and what compiles it (`frontend`).
"""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from types import FunctionType, ModuleType
from typing import Any, ClassVar, Final, Literal, TypeVar, cast
from uuid import UUID

from warren.contracts import marks
from warren.contracts.attributes import AttributeValue
from warren.contracts.names import WORKFLOW_NAME_BYTES, is_workflow_name
from warren.ir.workflow import WorkflowIR
from warren.prelude.children import run_child, start_child
from warren.sdk.attempts import is_native, run_natively
from warren.sdk.client_factory import default_client
from warren.sdk.compiled_bindings import UsedAction, check_unchanged, refused_actions
from warren.sdk.diagnostics import refuse
from warren.sdk.durable import condition
from warren.sdk.native_children import NativeChild
from warren.sdk.registry import Registry
from warren.sdk.requests import requests_of
from warren.sdk.retry import RetryPolicy
from warren.sdk.run_handle import HasRun, RunHandle

T = TypeVar("T")
W = TypeVar("W", bound="type[Workflow]")
_USUAL_TERMS: Final = {"_parent_close_policy": "cancel", "_retry": None, "_execution_timeout": None}
CHILD_OPTIONS: Final = ("_key", *_USUAL_TERMS)
"""What a workflow may say about a child run that it starts."""


class Workflow:
    """Base class of all workflows: subclass it, write `async def run(self, ...)`, and decorate it with `@workflow`.

    - `name`: the name under which it is registered and started; default: the class name in lower case.
    - `version`: a label of the program; default: its content hash.
    - `concurrent`: True lets actions run in parallel until their results are used (dataflow order).
    """

    name: ClassVar[str | None] = None
    version: ClassVar[str | None] = None
    concurrent: ClassVar[bool] = False

    run: Callable[..., Any]
    """The user's `async def run(self, ...)`. Once decorated, `await MyWorkflow().run(...)` starts a run and waits.

    It returns the result as real Python values and raises `WorkflowFailedError` if the run failed. `_blocking=False`
    returns the run id as text at once. `_priority` is accepted and has no effect.
    """

    async def run_action(
        self, awaitable: Awaitable[T], *, retry: RetryPolicy | None = None, timeout: float | timedelta | None = None
    ) -> T:
        """Await an action with a retry policy, a timeout for each attempt, or both.

        `timeout` is a `timedelta` or a number of seconds, at most a hundred years; infinity means no timeout.

        Raises:
            ValueError: `timeout` is not a positive number or duration.
            ActionTimeout: the last attempt took longer than `timeout`.
            Exception: what the last attempt raised.
        """
        result: T = await run_natively(awaitable, retry, timeout)
        return result

    async def wait_until(
        self,
        predicate: Callable[[], Any],
        *,
        timeout: float | timedelta | None = None,
    ) -> None:
        """Wait for a condition over the run's own state: `await self.wait_until(lambda: self.paid)`.

        It is asked again after every transition that ran code of the workflow, a signal's handler for instance; the
        run does not poll. `timeout` is a `timedelta` or a number of seconds; None waits for any time.

        Raises:
            TimeoutError: it did not hold within `timeout`.
            Exception: what `predicate()` raised.
        """
        if predicate():
            return
        seconds = timeout.total_seconds() if isinstance(timeout, timedelta) else timeout
        async with asyncio.timeout(seconds):
            await condition(predicate)

    setattr(wait_until, marks.COMPILED, True)

    async def start(
        self: HasRun[T],
        *args: Any,
        _key: str | None = None,
        _run_id: UUID | None = None,
        _signal: tuple[Any, Any] | None = None,
        _attributes: Mapping[str, AttributeValue | None] | None = None,
        _memo: Mapping[str, Any] | None = None,
        _parent_close_policy: Literal["terminate", "cancel", "abandon"] = "cancel",
        _retry: RetryPolicy | None = None,
        _execution_timeout: float | timedelta | None = None,
        **kwargs: Any,
    ) -> RunHandle[T]:
        """Start a run with `run()`'s arguments and return its handle without waiting.

        `_key` is a name for the run, unique per workflow; a second start with it returns the handle of that run.
        `_run_id` is the run's id; default: a new UUIDv7. `_signal` is a signal and its payload, which the run gets with
        its start, or without one if a run has the key. `_attributes` are what the run can be found by, `_memo` is JSON
        that is only shown.

        In a workflow it starts a child run, and returns when that is there. Its handle has `id`, `result`, `signal` and
        `cancel`. The options of a child are `_key`, which no other run may have; `_parent_close_policy`, what becomes
        of it when its parent ends; `_retry`, after which failures it is started again; and `_execution_timeout`, a
        `timedelta` or a number of seconds, after which it is told to end and `ChildTimeout` is raised.

        Raises:
            TypeError: the arguments do not fit `run()`, the class is not decorated, or an option of a child is given
                outside of a workflow.
            InvalidInput: an attribute or the memo is invalid.
            RunKeyTaken: in a workflow: another run has the key.
        """
        cls: Any = type(self)
        cls.workflow_ir()
        arguments = bind_arguments(cls, *args, **kwargs)
        terms = {
            "_parent_close_policy": _parent_close_policy,
            "_retry": _retry,
            "_execution_timeout": _execution_timeout,
        }
        if is_native.get():
            child: Any = await start_child(NativeChild(cls, arguments), _key=_key, **terms)  # type: ignore[arg-type]  # by name
            return cast("RunHandle[T]", child)
        if terms != _USUAL_TERMS:
            given = next(name for name, value in terms.items() if value != _USUAL_TERMS[name])
            raise TypeError(f"{given} is an option of a child run, which a workflow starts; leave it out here")
        optional = {"signal": _signal, "attributes": _attributes, "memo": _memo}
        more: dict[str, Any] = {name: value for name, value in optional.items() if value is not None}
        return await default_client().start_run(cls, arguments, key=_key, run_id=_run_id, **more)

    @classmethod
    def short_name(cls) -> str:
        """The name under which the workflow is registered and started."""
        return cls.name or cls.__name__.lower()

    @classmethod
    def workflow_ir(cls) -> WorkflowIR:
        """The compiled form of the class.

        Raises:
            TypeError: it is not decorated with `@workflow`.
            UnsupportedPatternError: its `run()` was replaced since.
        """
        ir = vars(cls).get(marks.IR)
        if not isinstance(ir, WorkflowIR):
            raise TypeError(
                f"{cls.__qualname__} is not compiled: decorate it with @workflow; a decorator that makes another class "
                "stands below @workflow"
            )
        if not marks.starts_runs(vars(cls).get("run")):
            check_unchanged(cls)
        return ir


class WorkflowRegistry(Registry[type[Workflow]]):
    """Workflow classes by their short name."""

    _kind = "workflow"

    def register(self, name: str, cls: type[Workflow]) -> None:
        """Register `cls`; raises `ValueError` when another class has this name."""
        self._put(name, cls, cls, self._entries.get(name))

    def get(self, name: str) -> type[Workflow] | None:
        """The class of this name, or None."""
        return self._entries.get(name)

    def entries(self) -> list[type[Workflow]]:
        """All workflow classes, in the order of their definition."""
        return list(self._entries.values())

    def of_module(self, module: ModuleType) -> list[type[Workflow]]:
        """Those that a module defines, holds or has in its sub-modules, in the order of their definition."""
        held = {id(value) for value in vars(module).values()}
        package = f"{module.__name__}."
        return [
            cls
            for cls in self._entries.values()
            if cls.__module__ == module.__name__ or cls.__module__.startswith(package) or id(cls) in held
        ]


workflow_registry = WorkflowRegistry()


def workflow(cls: W) -> W:
    """Compile a workflow class, register it, and make its `run()` start runs.

    Raises:
        TypeError: `cls` is no subclass of `Workflow`, or has no `async def run`.
        UnsupportedPatternError: something that `run()` reaches cannot be compiled.
        ValueError: another workflow has this name.
    """
    from warren.frontend import compile_workflow

    run = _check(cls)
    compiled = compile_workflow(
        cls,
        name=cls.short_name(),
        run=run,
        concurrent=cls.concurrent,
        requests=requests_of(cls),
    )
    diagnostics = [*compiled.diagnostics, *refused_actions(compiled.actions)]
    if diagnostics:
        refuse(diagnostics)
    workflow_registry.register(cls.short_name(), cls)
    setattr(cls, marks.IR, compiled.ir)
    setattr(cls, marks.ANNOTATIONS, compiled.annotations)
    setattr(cls, marks.BINDINGS, compiled.bindings)
    setattr(cls, marks.USED_ACTIONS, {key: UsedAction.of(used) for key, used in compiled.actions.items()})
    cls.run = _starting(run)
    return cls


def build_workflow_ir(cls: type[Workflow]) -> WorkflowIR:
    """The same as `cls.workflow_ir()`."""
    return cls.workflow_ir()


def user_run(cls: type[Workflow]) -> FunctionType:
    """The `run()` that the user wrote, whether or not `cls` is decorated yet."""
    run: Any = cls.run
    while marks.starts_runs(run):
        run = vars(run)["__wrapped__"]
    return cast(FunctionType, run)


def _check(cls: Any) -> FunctionType:
    if not (isinstance(cls, type) and issubclass(cls, Workflow)):
        raise TypeError(f"@workflow: {cls!r} must be a subclass of Workflow")
    where = f"@workflow: {cls.__qualname__}"
    if not hasattr(cls, "run"):
        raise TypeError(f"{where} has no run(); write `async def run(self, ...)`")
    run = user_run(cls)
    if not inspect.isfunction(run) or not (inspect.iscoroutinefunction(run) or inspect.isasyncgenfunction(run)):
        raise TypeError(
            f"{where}.run must be defined with `async def`"
        )  # a generator's yield is refused with its place
    if cls.name is not None and (not isinstance(cls.name, str) or not cls.name):
        raise TypeError(f"{where}.name must be a non-empty string, not {cls.name!r}")
    if not is_workflow_name(cls.short_name()):
        raise TypeError(
            f"{where}.name must have at most {WORKFLOW_NAME_BYTES} bytes in UTF-8, not {cls.short_name()!r}"
        )
    if not isinstance(cls.concurrent, bool):
        raise TypeError(f"{where}.concurrent must be True or False, not {cls.concurrent!r}")
    return run


def _starting(run: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(run)
    async def start_and_wait(
        self: Workflow, *args: Any, _blocking: bool = True, _priority: int | None = None, **kwargs: Any
    ) -> Any:
        if is_native.get():
            options = {name: kwargs.pop(name) for name in list(kwargs) if name in CHILD_OPTIONS}
            if options:
                return await run_child(NativeChild(type(self), bind_arguments(type(self), *args, **kwargs)), **options)
            return await run(self, *args, **kwargs)
        handle = await self.start(*args, **kwargs)
        return await handle.result() if _blocking else str(handle.id)

    vars(start_and_wait)[marks.STARTS_RUNS] = start_and_wait
    return start_and_wait


def bind_arguments(cls: type[Workflow], /, *args: Any, **kwargs: Any) -> dict[str, Any]:
    """Arguments of a call of `run()` by parameter name, defaults left out; raises `TypeError` where they do not fit."""
    try:
        bound = inspect.signature(user_run(cls), follow_wrapped=False).bind(None, *args, **kwargs)
    except TypeError as error:
        raise TypeError(f"{cls.__qualname__}.run(): {error}") from None
    return dict(list(bound.arguments.items())[1:])
