"""From a workflow class to its IR: the front end's only door.

Must not know what happens to the IR afterwards, nor the SDK's classes: it gets the class and its `run`.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from warren.contracts.values import type_ref
from warren.errors import Diagnostic, RefusalCode
from warren.frontend.annotations import spec_of
from warren.frontend.bindings import Binding, bound_again
from warren.frontend.compilation import Compilation
from warren.frontend.compiler import Compiler
from warren.frontend.diagnostics import diagnostic, in_source_order
from warren.frontend.hints import hints_of
from warren.frontend.input_checks import queue_of, with_input_checks
from warren.frontend.refusals import LIVES_IN_RUN, Refusal
from warren.frontend.requests import DeclaredRequests, compile_requests
from warren.frontend.sources import SourceUnavailable, source_of
from warren.ir.spec_parts import types_in
from warren.ir.workflow import WorkflowIR

_RESOLVABLE = "write a name that the module has when it is imported, not one that only `if TYPE_CHECKING:` imports"


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a workflow was compiled to.

    `diagnostics` says, in source order, what cannot be compiled. If there is any, `ir` has a name and no functions.
    """

    ir: WorkflowIR
    diagnostics: Sequence[Diagnostic] = ()
    bindings: Sequence[Binding] = ()
    """What the names and attributes meant that it was compiled with."""
    actions: Mapping[str, Binding] = field(default_factory=dict)
    """The actions that it calls, by key."""
    annotations: Mapping[str, Any] = field(default_factory=dict)
    """The types of the parameters of `run()`, by name."""


def compile_workflow(
    cls: type, *, name: str, run: FunctionType, concurrent: bool, requests: DeclaredRequests
) -> Compiled:
    """Compile a workflow and everything that its `run` reaches.

    Args:
        cls: the class; its methods are found through its bases.
        name: the workflow's name.
        run: the user's own `run`, which the class may have replaced by now.
        concurrent: whether awaited actions are waited for at their first use only.
        requests: what it can be asked.
    """
    compilation = Compilation(cls)
    compiler = Compiler(compilation)
    found = _check_run(run)
    entry = compilation.use_function(run, is_method=True)
    roots = [entry]
    init = _init_of(cls)
    ref = type_ref(cls)
    if init is not None:
        found += _check_init(init)
        roots.append(compilation.use_function(init, is_method=True))
    asked = compile_requests(compilation, requests)
    roots += asked.roots
    parameters, returns, annotations, unresolved = _signature(compilation, run)
    found += unresolved
    found += [_at(method, f"the type of {problem}", _RESOLVABLE) for method, problem in asked.problems]
    compiler.run()
    found += compiler.diagnostics(roots)
    found += _bound_again(compilation, run)
    if found:
        return Compiled(_empty(name), in_source_order(found, first=run.__code__.co_filename))
    needed = compiler.methods.finish(roots)
    functions = {key: compilation.functions[key] for key in sorted(needed, key=lambda key: (key != entry, key))}
    if init is not None:
        functions[f"{ref}.__init__"] = functions[roots[1]]
    compilation.registry.add_workflow(cls, compilation.constants)
    types = dict(sorted(compilation.registry.types.items()))
    functions[entry] = with_input_checks(functions[entry], ref, parameters, types, queue_of(functions, entry))
    source, _ = source_of(run)
    ir = WorkflowIR(
        name=name,
        ref=ref,
        entry=entry,
        functions=functions,
        types=types,
        parameters=parameters,
        returns=returns,
        concurrent=concurrent,
        signals=asked.signals,
        queries=asked.queries,
        updates=asked.updates,
        filename=source.filename,
        source=source.class_source(cls.__qualname__),
    )
    bindings = tuple(compilation.bindings.values())
    return Compiled(ir, bindings=bindings, actions=compilation.actions, annotations=annotations)


def _empty(name: str) -> WorkflowIR:
    return WorkflowIR(name=name, ref="", entry="", functions={}, types={}, parameters={})


def _bound_again(compilation: Compilation, run: FunctionType) -> list[Diagnostic]:
    try:
        source, _ = source_of(run)
    except SourceUnavailable:
        return []
    return list(bound_again(compilation.bindings.values(), compilation.workflow, run.__globals__, source))


def _signature(
    compilation: Compilation, run: FunctionType
) -> tuple[dict[str, Any], Any, dict[str, Any], list[Diagnostic]]:
    unresolved: dict[str, str] = {}
    hints = hints_of(run, unresolved)
    names = list(inspect.signature(run, follow_wrapped=False).parameters)[1:]
    use = compilation.registry.reference
    parameters = {name: spec_of(hints.get(name, Any), use) for name in names}
    problems = [
        f"the annotation of {name} cannot be resolved: {unresolved[name]}" for name in names if name in unresolved
    ]
    types = {ref: None for spec in parameters.values() for ref in types_in(spec, compilation.registry.types)}
    problems += [compilation.registry.unresolved[ref] for ref in types if ref in compilation.registry.unresolved]
    local = compilation.local_class(run, names)
    found = [] if local is None else [_refused_at(run, LIVES_IN_RUN.named("run()", key=local))]
    found += [_at(run, f"{problem}; what a start gives could not be checked", _RESOLVABLE) for problem in problems]
    annotations = {name: hints.get(name, Any) for name in names}
    return parameters, spec_of(hints.get("return", Any), use), annotations, found


def _init_of(cls: type) -> FunctionType | None:
    """The user's own `__init__`, which the engine calls on `self` before `run`."""
    for base in cls.__mro__[:-1]:
        own = vars(base).get("__init__")
        if isinstance(own, FunctionType) and not base.__module__.startswith("warren."):
            return own
    return None


def _check_run(run: FunctionType) -> list[Diagnostic]:
    if inspect.isasyncgenfunction(run):
        return []  # its `yield` is refused where it stands
    if not inspect.iscoroutinefunction(run):
        return [_at(run, "run() must be `async def`", "write `async def run(self, ...)`")]
    parameters = list(inspect.signature(run, follow_wrapped=False).parameters.values())
    if hasattr(run, "__wrapped__") and any(one.kind in {one.VAR_POSITIONAL, one.VAR_KEYWORD} for one in parameters):
        return [_at(run, *_DECORATED_RUN)]
    kinds = {
        inspect.Parameter.VAR_POSITIONAL: "*{}",
        inspect.Parameter.VAR_KEYWORD: "**{}",
        inspect.Parameter.POSITIONAL_ONLY: "the positional-only parameter {}",
    }
    return [
        _at(
            run,
            f"run() cannot have {kinds[parameter.kind].format(parameter.name)}: a run is started with named values",
            "name each parameter; take a list or a dict for any number of values",
        )
        for number, parameter in enumerate(parameters)
        if parameter.kind in kinds and (number or parameter.kind is parameter.VAR_POSITIONAL)
    ]


_DECORATED_RUN = (
    "a decorator stands on run(), and its wrapper takes any arguments: what counts is the wrapper, not what it wraps",
    "leave the decorator out, and write what it does into run() or into an @action that run() awaits",
    RefusalCode.DECORATOR,
)


def _check_init(init: FunctionType) -> list[Diagnostic]:
    needed = [
        parameter.name
        for parameter in list(inspect.signature(init).parameters.values())[1:]
        if parameter.default is parameter.empty
        and parameter.kind not in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}
    ]
    if not needed:
        return []
    return [
        _at(
            init,
            f"__init__ of a workflow cannot require arguments ({', '.join(needed)}): the engine makes it",
            "give them defaults, or make them parameters of run()",
        )
    ]


def _at(
    function: FunctionType, message: str, recommendation: str, code: RefusalCode = RefusalCode.SIGNATURE
) -> Diagnostic:
    return _refused_at(function, Refusal(code, message, recommendation))


def _refused_at(function: FunctionType, refusal: Refusal) -> Diagnostic:
    try:
        source, node = source_of(function)
    except SourceUnavailable:
        return Diagnostic(refusal.message, refusal.recommendation, code=refusal.code)
    return diagnostic(source, node, refusal)
