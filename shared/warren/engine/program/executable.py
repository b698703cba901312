"""A program made executable: compiled once, used by every run of it.

One `Executable` serves one thread: the budget, and the run that compiled code works for, are its own.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from warren.contracts.values import decode
from warren.engine.classes.type_table import TypeTable
from warren.engine.guarded.attributes import Attributes
from warren.engine.guarded.guards import ENDS, Guards
from warren.engine.library.builtins import call_table, native_table, value_table
from warren.engine.namespace import (
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
from warren.engine.program.asyncio_code import EXIT_GROUP, WAIT_FOR, built_in
from warren.engine.program.callables import action_function, child_function, renamed, set_defaults, with_defaults
from warren.engine.program.codegen.expressions import Constants
from warren.engine.program.codegen.functions import (
    FunctionCompiler,
    slots_of,
    step_of,
    temporary_of,
)
from warren.engine.program.codegen.syntax import located
from warren.engine.program.requests import Requests
from warren.engine.run.cancellation import Cancellation
from warren.engine.run.completion import Completion
from warren.engine.run.contexts import Contexts
from warren.engine.run.ending import Ending
from warren.engine.run.fresh_history import CONTINUE, SIZE, FreshHistory
from warren.engine.run.interpreter import Interpreter
from warren.engine.run.other_runs import OtherRuns
from warren.engine.run.scheduling import Scheduler
from warren.engine.run.state import RunState
from warren.engine.run.tasks import Tasks
from warren.engine.run.transition import Transition
from warren.engine.run.updates import Updates
from warren.engine.values.calls import Coroutine
from warren.engine.values.closures import UNBOUND, Cell, Closure, Late
from warren.engine.values.code import AsyncCode, NodeCode
from warren.engine.values.limits import MAX_CALLS, OBJECT_BYTES, Budget
from warren.errors import InternalError, InvalidInput, MessageError
from warren.ir import semantics
from warren.ir.checking import check
from warren.ir.expressions import ActionRef, ChildRef, Const, Intrinsic, Param, TypeName
from warren.ir.program import AsyncFunction, HandlerNode, Program, SyncFunction
from warren.ir.typespec import InputCheck
from warren.ir.walk import walk
from warren.ir.workflow import MAILBOX, SignalDef

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
        if not semantics.is_supported(program.semantics):
            raise MessageError(
                f"the program of {program.workflow!r} needs semantics {program.semantics}, and this Warren has "
                f"{semantics.OLDEST} to {semantics.CURRENT}; run it with a version of Warren that has them"
            )
        self.program = program
        self._input = InputCheck(program.parameters, program.functions[program.entry].params, program.types)
        self.requests = Requests(program)
        self.version = program.version
        self.workflow = program.workflow
        self.budget = Budget()
        self.guards = Guards(self.budget)
        self.types = TypeTable(program.types, lambda key: self._globals[function_name(key)], self.guards)
        self.transition = Transition(self.budget, program.semantics)
        self.completion = Completion(self.transition)
        self.cancellation = Cancellation(self.transition, self.completion)
        self.tasks = Tasks(self.transition, self.completion, self.cancellation, self.guards)
        self.contexts = Contexts(self.transition, self.completion, self.cancellation, self.tasks)
        self.other_runs = OtherRuns(self.transition, self.guards)
        self.scheduler = Scheduler(self.transition, self.completion, self.guards, self.other_runs)
        self.updates = Updates(self.transition, self.guards)
        self.ending = Ending(self.transition, self.updates, self.guards)
        self.interpreter = Interpreter(
            self.transition,
            self.completion,
            self.cancellation,
            self.contexts,
            self.tasks,
            self.scheduler,
            self.ending,
            self.updates,
            self.guards,
            takes_requests=self.requests.may_change,
        )
        own_params = program.functions[program.entry].params[1:]
        self.fresh_history = FreshHistory(self.transition, self.guards, own_params, self.bind_input)
        self.continues_as_new = False
        """Whether its code names `continue_as_new`: its runs are there before any of that runs."""
        self.measures_history = False
        """Whether its code asks how large the history is."""
        self.functions: dict[str, AsyncCode] = {}
        self.makers: dict[str, Callable[..., Callable[..., Any]]] = {}
        self._sources = {**program.functions, **built_in(program.functions)}
        self._constants = Constants(lambda encoded: decode(encoded, self.types))
        self._globals: dict[str, Any] = {}
        self.shared: dict[str, Any] = {}
        """What iterators and getters have of the program, by the name of their attribute."""
        self.names: dict[int, str] = {}
        """Names of the program's own objects by `id`, for snapshots."""
        self._compile()

    def _compile(self) -> None:
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

    def bind_input(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The input of a start as `run()` takes it; raises as `InputCheck.bind`."""
        return self._input.bind(arguments)

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
            set_defaults(made, source.params, defaults)
        else:
            made = self._caller(self.functions[key], cells, defaults)
        return Closure(key, cells, defaults, made)

    def coroutine(self, code: AsyncCode, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Coroutine:
        """A call of an async function without free variables: its arguments bound, nothing started."""
        assert code.bind is not None
        return self._called(code, (), code.bind(*args, **kwargs))

    def make_mailboxes(self, instance: Any) -> None:
        """Give `self` the mailboxes of its signals."""
        for signal in self.requests.signals.values():
            if not signal.handler:
                instance.__dict__[signal.name] = self.types.get(MAILBOX)()

    def deliver(self, instance: Any, signal: SignalDef, payload: Any) -> None:
        """Put a payload into its mailbox, or have its handler take it; raises what the user's handler does."""
        if not signal.handler:
            self.attribute(instance.__dict__[signal.name], "put_nowait")(payload)
            return
        self._globals[function_name(signal.handler)](instance, *([payload] if signal.takes_payload else []))

    def call(self, method: str, instance: Any, arguments: Mapping[str, Any]) -> Any:
        """Call a method with decoded arguments; a coroutine of an async one. Raises what the user's method does."""
        return self._globals[function_name(method)](instance, **arguments)

    def begin(self, run: RunState, at: datetime) -> None:
        """Work for this run from now on, with a new budget."""
        self.budget.reset()
        self.guards.forget_keys()
        self.transition.begin(run, at)

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
        attributes = Attributes(guards, self.contexts.attribute)
        self.shared = {"budget": self.budget, "guards": guards, "attributes": attributes}
        scheduler = self.scheduler.table() | self.contexts.table() | self.tasks.table()
        scheduler |= self.other_runs.table() | self.fresh_history.table()
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
            return renamed(made, source.name, source.qualname, _module_of(key))

        self.makers[key] = make
        if not source.free:
            plain = make()
            set_defaults(plain, source.params, self._defaults(source.params))
            self._globals[function_name(key)] = plain

    def _link_async(self, key: str, source: AsyncFunction) -> None:
        slots = slots_of(source)
        bind = self._globals[binder_name(key)]
        bind.__name__, bind.__qualname__ = source.name, source.qualname
        set_defaults(bind, source.params, self._defaults(source.params))
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
        self.contexts.exit_group = known.get(function_name(EXIT_GROUP))

    def _link_names(self) -> None:
        """Globals for every action and class that the code names."""
        known = self._globals
        for source in self._sources.values():
            for node in walk(source):
                if isinstance(node, TypeName):
                    known[type_name(node.ref)] = self.types.get(node.ref)
                elif isinstance(node, ChildRef) and (name := child_name(node.workflow)) not in known:
                    known[name] = child_function(node, self.budget)
                elif isinstance(node, ActionRef) and (name := action_name(node.queue, node.action)) not in known:
                    known[name] = action_function(node, self.budget)
                elif isinstance(node, Intrinsic):
                    self.continues_as_new |= node.name == CONTINUE
                    self.measures_history |= node.name == SIZE

    def _caller(self, code: AsyncCode, cells: tuple[Cell, ...], defaults: dict[str, Any]) -> Callable[..., Any]:
        assert code.bind is not None
        bind = with_defaults(code.bind, self._sources[code.key].params, defaults) if defaults else code.bind

        def call(*args: Any, **kwargs: Any) -> Coroutine:
            return self._called(code, cells, bind(*args, **kwargs))

        return renamed(call, code.name, code.qualname, _module_of(code.key))

    def _called(self, code: AsyncCode, cells: tuple[Cell, ...], values: list[Any]) -> Coroutine:
        """A call of an async function with the values of its parameters."""
        variables = [*values, *code.template]
        self.budget.allocate(OBJECT_BYTES)
        for slot in code.cells:
            variables[slot] = Cell(variables[slot])
        for slot, cell in zip(code.free, cells, strict=True):
            variables[slot] = cell
        return Coroutine(code, variables)


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
