"""A program made executable: compiled once, used by every run of it.

One `Executable` serves one thread: the budget, and the run that compiled code works for, are its own.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import gc
import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from warren.contracts.values import decode
from warren.engine.classes.type_table import TypeTable
from warren.engine.guarded.attributes import Attributes
from warren.engine.guarded.guards import ENDS, Guards
from warren.engine.library.builtins import call_table, native_table, value_table
from warren.engine.program.asyncio_code import EXIT_GROUP, WAIT_FOR, built_in
from warren.engine.program.codegen.expressions import Constants
from warren.engine.program.codegen.functions import (
    AsyncCode,
    FunctionCompiler,
    NodeCode,
    slots_of,
    step_of,
    temporary_of,
)
from warren.engine.program.codegen.syntax import arguments, function, located
from warren.engine.program.namespace import (
    NAMED_IN_SNAPSHOTS,
    Global,
    action_name,
    binder_name,
    call_name,
    child_name,
    function_name,
    maker_name,
    native_name,
    node_name,
    type_name,
    value_name,
)
from warren.engine.run.starting import Scheduler
from warren.engine.values.limits import MAX_CALLS, OBJECT_BYTES, Budget
from warren.engine.values.objects import UNBOUND, ActionCall, Cell, ChildCall, Closure, Coroutine, Late
from warren.errors import InternalError, InvalidInput, MessageError
from warren.ir.checking import check
from warren.ir.expressions import ActionRef, ChildRef, Const, Param, TypeName
from warren.ir.program import AsyncFunction, HandlerNode, Program, SyncFunction
from warren.lowering.walk import walk

if TYPE_CHECKING:
    from types import CodeType

_FRAMES = 8 * MAX_CALLS
"""A call of workflow code takes several of Python's frames; the depth of calls has a limit of its own, so that it does
not depend on how deep the caller of the engine is."""
END = object()
"""What `next` gives at the end of a loop."""


class Executable:
    """A program's functions as Python functions, its constants, types and actions."""

    def __init__(self, program: Program) -> None:
        """Compile a program.

        Raises:
            MessageError: it is ill-formed, too large or nested too deeply, or names what it does not describe. Nothing
                else is raised, whatever the program is.
        """
        if sys.getrecursionlimit() < _FRAMES:
            sys.setrecursionlimit(_FRAMES)
        check(program)
        self.program = program
        self.version = program.version
        self.workflow = program.workflow
        self.budget = Budget()
        self.guards = Guards(self.budget)
        self.types = TypeTable(program.types, lambda key: self._globals[function_name(key)], self.guards)
        self.scheduler = Scheduler(self.guards)
        self.functions: dict[str, AsyncCode] = {}
        self.makers: dict[str, Callable[..., Callable[..., Any]]] = {}
        self._sources = {**program.functions, **built_in(program.functions)}
        self._constants = Constants(lambda encoded: decode(encoded, self.types))
        self._globals: dict[str, Any] = {}
        self.shared: dict[str, Any] = {}
        """What iterators and getters have of the program, by the name of their attribute."""
        self.names: dict[int, str] = {}
        """Names of the program's own objects by `id`, for snapshots."""
        try:
            with _uncollected():
                self._build()
        except MessageError:
            raise
        except InvalidInput as error:
            raise MessageError(f"a constant of the program of {self.workflow!r}: {error}") from error
        except Exception as error:  # whatever compiling makes of what somebody else sent
            raise MessageError(f"the program of {self.workflow!r} cannot be compiled: {error!r:.500}") from error

    @property
    def entry(self) -> AsyncCode:
        """The code of `run()`."""
        return self.functions[self.program.entry]

    @property
    def initialiser(self) -> Callable[[Any], Any] | None:
        """The workflow's own `__init__`, called with `self` before `run()`; None without one."""
        found: Callable[[Any], Any] | None = self._globals.get(function_name(f"{self.program.ref}.__init__"))
        return found

    def named(self, name: str) -> Any:
        """What `names` calls so: a function, class, action or intrinsic of the program, for a snapshot."""
        return self._globals[name]

    def attribute(self, value: Any, name: str) -> Any:
        """`value.name`, as workflow code reads it."""
        return self._globals[Global.ATTRIBUTE](value, name)

    def make_closure(self, key: str, cells: tuple[Cell, ...], defaults: dict[str, Any]) -> Closure:
        """A function of the program as a value, over these cells, with these defaults."""
        source = self._sources[key]
        if isinstance(source, SyncFunction):
            made = self.makers[key](*cells)
            _set_defaults(made, source.params, defaults)
        else:
            made = self._caller(self.functions[key], cells, defaults)
        return Closure(key, cells, defaults, made)

    def coroutine(self, code: AsyncCode, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Coroutine:
        """A call of an async function without free variables: its arguments bound, nothing started."""
        return self._call_async(code, (), {}, *args, **kwargs)

    def begin_transition(self) -> None:
        """Give the program's code a new budget."""
        self.budget.reset()
        self.guards.forget_keys()

    # building

    def _build(self) -> None:
        compiler = FunctionCompiler(self._sources, self._constants)
        definitions: list[ast.stmt] = []
        for key, source in self._sources.items():
            if isinstance(source, SyncFunction):
                definitions.append(compiler.sync(key, source))
            else:
                definitions.append(compiler.binder(key, source))
                definitions.extend(compiler.nodes(key, source))
        module = located(ast.Module(definitions, []))
        code: CodeType = compile(module, f"<warren {self.workflow}>", "exec", optimize=0, dont_inherit=True)
        self._globals.update(self._engine_globals())
        exec(code, self._globals)
        for key, source in self._sources.items():
            if isinstance(source, SyncFunction):
                self._link_sync(key, source)
            else:
                self._link_async(key, source)
        self._link_built_in()
        self._link_names()
        shared = (name for name in self._globals if name.startswith(NAMED_IN_SNAPSHOTS))
        self.names = {id(self._globals[name]): name for name in shared}

    def _engine_globals(self) -> dict[str, Any]:
        guards = self.guards
        attributes = Attributes(guards, self.scheduler.contexts)
        self.shared = {"budget": self.budget, "guards": guards, "attributes": attributes}
        scheduler = self.scheduler.table()
        calls = call_table(guards, attributes) | scheduler
        values = value_table(calls)
        return {
            "__builtins__": {"__import__": _import_for_datetime},
            **guards.table(),
            **{value_name(name): value for name, value in values.items()},
            **{call_name(name): value for name, value in calls.items()},
            **{native_name(name): value for name, value in native_table(guards).items()},
            Global.ATTRIBUTE: attributes.get,
            Global.METHOD: attributes.called,
            Global.ENDS: ENDS,
            Global.WRITABLE: attributes.writable,
            Global.CONSTANTS: self._constants,
            Global.CLOSURE: self.make_closure,
            Global.CELL: Cell,
            Global.LATE: Late,
            Global.NAME_ERROR: NameError,
            Global.UNBOUND: UNBOUND,
            Global.END: END,
            Global.NEXT: next,
        }

    def _link_sync(self, key: str, source: SyncFunction) -> None:
        maker = self._globals[maker_name(key)]

        def make(*cells: Cell) -> Callable[..., Any]:
            made: Callable[..., Any] = maker(*cells)
            return _renamed(made, source.name, source.qualname, _module_of(key))

        self.makers[key] = make
        if not source.free:
            plain = make()
            _set_defaults(plain, source.params, self._defaults(source.params))
            self._globals[function_name(key)] = plain

    def _link_async(self, key: str, source: AsyncFunction) -> None:
        slots = slots_of(source)
        bind = self._globals[binder_name(key)]
        bind.__name__, bind.__qualname__ = source.name, source.qualname
        _set_defaults(bind, source.params, self._defaults(source.params))
        code = AsyncCode(
            key=key,
            name=source.name,
            qualname=source.qualname,
            slots=slots,
            bind=bind,
            template=[None if variable.startswith("$") else UNBOUND for variable in list(slots)[len(source.params) :]],
            cells=tuple(slots[variable] for variable in source.cells),
            free=tuple(slots[variable] for variable in source.free),
        )
        code.nodes = [self._node(key, number, node, source, slots) for number, node in enumerate(source.nodes)]
        self.functions[key] = code
        self._globals[function_name(key)] = self._caller(code, (), {})

    def _node(self, key: str, number: int, node: Any, source: AsyncFunction, slots: dict[str, int]) -> NodeCode:
        handler, error_slot = -1, -1
        if node.handler is not None:
            handler = node.handler
            handler_node = source.nodes[handler]
            if not isinstance(handler_node, HandlerNode):
                raise InternalError(f"node {handler} of {key} is no handler")
            error_slot = slots[handler_node.error]
        temporary = temporary_of(node)
        return NodeCode(
            step=step_of(node),
            run=self._globals.get(node_name(key, number)),
            next=getattr(node, "next", -1),
            slot=-1 if temporary is None else slots[temporary],
            handler=handler,
            error_slot=error_slot,
            targets=getattr(node, "targets", ()),
        )

    def _defaults(self, params: tuple[Param, ...]) -> dict[str, Any]:
        return {
            param.name: decode(param.default.encoded, self.types)
            for param in params
            if isinstance(param.default, Const)
        }

    def _link_built_in(self) -> None:
        """The parts of asyncio that are functions of the program."""
        known = self._globals
        if WAIT_FOR in self._sources:
            known[value_name("asyncio.wait_for")] = known[call_name("asyncio.wait_for")] = known[
                function_name(WAIT_FOR)
            ]
        self.scheduler.contexts.exit_group = known.get(function_name(EXIT_GROUP))

    def _link_names(self) -> None:
        """Globals for every action and class that the code names."""
        known = self._globals
        for source in self._sources.values():
            for node in walk(source):
                if isinstance(node, TypeName):
                    known[type_name(node.ref)] = self.types.get(node.ref)
                elif isinstance(node, ChildRef) and (name := child_name(node.workflow)) not in known:
                    known[name] = _child_function(node, self.budget)
                elif isinstance(node, ActionRef) and (name := action_name(node.queue, node.action)) not in known:
                    known[name] = _action_function(node, self.budget)

    def _caller(self, code: AsyncCode, cells: tuple[Cell, ...], defaults: dict[str, Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Coroutine:
            return self._call_async(code, cells, defaults, *args, **kwargs)

        return _renamed(call, code.name, code.qualname, _module_of(code.key))

    def _call_async(
        self, code: AsyncCode, cells: tuple[Cell, ...], defaults: dict[str, Any], /, *args: Any, **kwargs: Any
    ) -> Coroutine:
        bind = code.bind
        assert bind is not None
        if defaults:
            bind = functools.partial(_bind_with_defaults, bind, self._sources[code.key].params, defaults)
        variables = [*bind(*args, **kwargs), *code.template]
        self.budget.allocate(OBJECT_BYTES)
        for slot in code.cells:
            variables[slot] = Cell(variables[slot])
        for slot, cell in zip(code.free, cells, strict=True):
            variables[slot] = cell
        return Coroutine(code, variables)


def _action_function(ref: ActionRef, budget: Budget) -> Callable[..., ActionCall]:
    """An action as workflow code sees it: calling it checks the arguments and makes an `ActionCall`."""
    module, _, qualname = ref.action.partition(":")
    check = _signature_check(qualname, ref.params)

    def call(*args: Any, **kwargs: Any) -> ActionCall:
        check(*args, **kwargs)
        budget.allocate(OBJECT_BYTES)
        return ActionCall(ref.action, ref.queue, list(args), kwargs)

    return _renamed(call, qualname, qualname, module)


def _child_function(ref: ChildRef, budget: Budget) -> Callable[..., ChildCall]:
    """Another workflow's `run` as workflow code sees it: calling it binds the arguments and makes a `ChildCall`."""
    check = _signature_check("run", ref.params)
    signature = inspect.signature(check)

    def call(*args: Any, **kwargs: Any) -> ChildCall:
        check(*args, **kwargs)
        budget.allocate(OBJECT_BYTES)
        return ChildCall(ref.workflow, signature.bind(*args, **kwargs).arguments)

    return _renamed(call, "run", f"{ref.workflow}.run", ref.workflow)


def _renamed(function: Callable[..., Any], name: str, qualname: str, module: str) -> Callable[..., Any]:
    """Give a function the names that CPython puts into its error messages."""
    function.__name__, function.__qualname__, function.__module__ = name, qualname, module
    return function


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Let the garbage collector rest: all the syntax trees that are made are in use to the end."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _module_of(key: str) -> str:
    return key.partition(":")[0]


def _import_for_datetime(name: str, *_: Any) -> Any:
    """`__import__` of compiled code: the C code of `datetime` asks for these two when it formats or parses."""
    if name not in {"time", "_strptime"}:
        raise ImportError(f"import of {name!r} inside a workflow")
    return importlib.import_module(name)


def _signature_check(qualname: str, params: tuple[Param, ...]) -> Callable[..., None]:
    """A function with these parameters that does nothing: CPython itself then checks a call."""
    args = arguments([(param.name, param.kind, param.default is not None) for param in params])
    module = located(ast.Module([function("check", args, [])], []))
    scope: dict[str, Any] = {"__builtins__": {}}
    exec(compile(module, "<warren action>", "exec", dont_inherit=True), scope)
    check: Callable[..., None] = scope["check"]
    check.__qualname__ = qualname
    return check


def _set_defaults(made: Any, params: tuple[Param, ...], defaults: dict[str, Any]) -> None:
    positional = [param for param in params if param.kind in {"positional", "normal"} and param.default is not None]
    keyword = [param for param in params if param.kind == "keyword" and param.default is not None]
    if positional:
        made.__defaults__ = tuple(defaults.get(param.name) for param in positional)
    if keyword:
        made.__kwdefaults__ = {param.name: defaults.get(param.name) for param in keyword}


def _bind_with_defaults(
    bind: Callable[..., list[Any]], params: tuple[Param, ...], defaults: dict[str, Any], /, *args: Any, **kwargs: Any
) -> list[Any]:
    """Bind a call of a nested async function, whose defaults were evaluated where it was defined."""
    before = bind.__defaults__, bind.__kwdefaults__
    try:
        _set_defaults(bind, params, defaults)
        return bind(*args, **kwargs)
    finally:
        bind.__defaults__, bind.__kwdefaults__ = before
