"""Names and attributes read for their value: variables, captured objects, members of classes and of `self`.

Calls are in `calls`, which asks here for what is called. Must not know statements.
"""

from __future__ import annotations

import ast
import functools
import operator
from types import BuiltinMethodType, FunctionType, MethodType
from typing import Any

from warren.contracts import marks
from warren.contracts.values import type_ref
from warren.errors import RefusalCode
from warren.frontend import refusals
from warren.frontend.bindings import Binding
from warren.frontend.builder import Builder
from warren.frontend.constants import constant, is_class_tuple
from warren.frontend.intrinsic_table import class_method_name, intrinsic_name
from warren.frontend.names import MISSING, ClassMember, Object, SelfMember, SelfValue, SuperMember, Unknown, find
from warren.frontend.private_names import check_attribute
from warren.frontend.refusals import Refusal
from warren.frontend.scopes import Scope, capture
from warren.ir.expressions import (
    ActionRef,
    Attribute,
    Call,
    Const,
    Display,
    Expr,
    FunctionRef,
    Intrinsic,
    Keyword,
    Local,
    MakeFunction,
    Param,
    Starred,
    TypeName,
)
from warren.ir.intrinsics import OWN_CONTEXTS, PRELUDE
from warren.ir.statements import Return
from warren.ir.workflow import Function
from warren.prelude.asyncio_names import is_coordination, is_of_prelude, of_asyncio

_SELF = Refusal(
    RefusalCode.SELF_ESCAPE,
    "{name} is the workflow itself, and may only be used as `{name}.attribute` or `{name}.method(...)`",
    "pass the values that are needed: `{name}.attribute`",
)
_CONTEXT_ONLY = Refusal(
    RefusalCode.CONTEXT_MANAGER,
    "{name} can only be used directly in `async with {name}(...)`",
    "write `async with {name}(...):` around the statements",
)


def visit_name(b: Builder, node: ast.Name) -> Expr:
    """A name that is read."""
    found = find(b, node)
    return Local(node.id, span=b.span(node)) if found is None else value_of(b, node, found)


def visit_attribute(b: Builder, node: ast.Attribute) -> Expr:
    """An attribute that is read."""
    found = find(b, node)
    if found is not None:
        return value_of(b, node, found)
    base = find(b, node.value)
    if isinstance(base, Object) and type(base.value).__module__ == "logging":
        return b.refuse(node, refusals.refusal_of(base.value, ast.unparse(node)))
    name = check_attribute(b, node, node.attr)
    b.compilation.attribute_names.add(name)
    b.compilation.attribute_sites.append((b.unit, node, name))
    return Attribute(b.expr(node.value), name, span=b.span(node))


def value_of(b: Builder, node: ast.expr, found: Any) -> Expr:
    """The expression for something that a name was found to be."""
    match found:
        case Unknown(_, message, recommendation):
            return b.refuse(node, Refusal(RefusalCode.UNDEFINED_NAME, message, recommendation))
        case SelfValue(variable):
            around = b.unit.is_around_method
            return b.refuse(node, refusals.AROUND_METHOD if around else _SELF.named(variable))
        case Object(value, text):
            return emit(b, node, value, text)
        case ClassMember():
            return _class_member(b, node, found)
        case SelfMember():
            return _self_member(b, node, found)
        case SuperMember(name, raw):
            return _super_member(b, node, name, raw)
    raise TypeError(f"not a finding: {found!r}")


def emit(b: Builder, node: ast.expr, value: Any, text: str) -> Expr:
    """The expression for an object from outside the workflow's functions."""
    span = b.span(node)
    value = of_asyncio(value)
    name = intrinsic_name(value)
    if not isinstance(value, FunctionType) and marks.is_around_action(value):
        return b.refuse(node, refusals.AROUND_ACTION.named(text))
    if name is not None:
        if name in OWN_CONTEXTS:
            return b.refuse(node, _CONTEXT_ONLY.named(text))
        if name in PRELUDE and not is_of_prelude(b.unit.function):
            return b.refuse(node, refusals.refusal_of(value, text))
        return Intrinsic(name, span=span)
    if marks.is_action(value):
        return action(b, node, value, text)
    if isinstance(value, FunctionType):
        return function(b, node, value, text)
    if isinstance(value, type):
        return type_name(b, node, value, text)
    if isinstance(value, functools.partial | operator.itemgetter | operator.attrgetter):
        return _made_again(b, node, value, text)
    found = None if is_class_tuple(value) else constant(value, b.compilation.registry.use, span)
    if found is None and type(value) is tuple:  # of functions, actions, ...
        return Display("tuple", tuple(emit(b, node, item, f"{text}[{i}]") for i, item in enumerate(value)), span=span)
    return found if found is not None else b.refuse(node, refusals.refusal_of(value, text))


def _made_again(b: Builder, node: ast.expr, value: Any, text: str) -> Expr:
    """A captured `partial` or getter is made again where it is used; what it holds is captured, too."""
    if isinstance(value, functools.partial):
        cls, args, keywords = functools.partial, (value.func, *value.args), value.keywords
    else:
        (cls, args), keywords = value.__reduce__(), {}
    parts = tuple(emit(b, node, part, text) for part in args)
    named = tuple(Keyword(emit(b, node, part, text), name) for name, part in keywords.items())
    return Call(emit(b, node, cls, text), parts, named, span=b.span(node))


def action(b: Builder, node: ast.expr, value: FunctionType, text: str) -> Expr:
    """A reference to an action; the classes that its signature names become types of the workflow."""
    marked = vars(value)
    key = marked[marks.ACTION]
    used = b.compilation.actions.setdefault(key, Binding(text, value, lambda: value, b.source, node))
    if used.value is not value:
        return b.refuse(node, refusals.ONE_KEY.named(text, key=key))
    b.compilation.use_signature(marked["__wrapped__"])
    if local := b.compilation.local_class(marked["__wrapped__"], [param.name for param in marked[marks.PARAMS]]):
        return b.refuse(node, refusals.LIVES_IN_RUN.named(text, key=local))
    return ActionRef(key, tuple(marked[marks.PARAMS]), marked[marks.QUEUE], span=b.span(node))


def function(
    b: Builder, node: ast.expr, value: FunctionType, text: str, *, is_method: bool = False, bound: type | None = None
) -> Expr:
    """A reference to a function, which is compiled as well."""
    refusal = b.compilation.refusal_of_function(value, text)
    if refusal is not None:
        return b.refuse(node, refusal)
    key = b.compilation.use_function(value, is_method=is_method, bound=bound)
    b.unit.calls.append((key, node, text))
    return FunctionRef(key, span=b.span(node))


def type_name(b: Builder, node: ast.expr, cls: type, text: str) -> Expr:
    """A class as a value."""
    if cls is b.unit.workflow or hasattr(cls, marks.IR):
        return b.refuse(
            node,
            Refusal(
                RefusalCode.WORKFLOW_VALUE,
                f"the workflow {text} is not a value inside a workflow",
                "call its helper methods through self; do what starts another run in an @action",
            ),
        )
    if hasattr(cls, marks.FOR_ACTIONS):
        return b.refuse(
            node,
            Refusal(
                RefusalCode.UNSUPPORTED_OBJECT,
                f"{text} is for actions, which alone can be completed elsewhere",
                "raise it in an @action that has handed its task token over; a workflow waits with `await`, or for a "
                "signal",
            ),
        )
    if cls is type(None):
        return Call(Intrinsic("type"), (Const(None),), span=b.span(node))
    if is_coordination(cls) and not is_of_prelude(cls):
        return b.refuse(node, refusals.DERIVED_FROM_ASYNCIO.named(text))
    found = b.compilation.registry.use(cls)
    if found is not None:
        return TypeName(found.ref, span=b.span(node))
    top = "" if cls.__module__ == "collections.abc" else cls.__module__.partition(".")[0]
    if top == "builtins" or top in refusals.MODULES:
        return b.refuse(node, refusals.refusal_of(cls, text))
    return b.refuse(
        node,
        Refusal(
            RefusalCode.UNSUPPORTED_OBJECT,
            f"the class {text} is not an exception, dataclass, pydantic model or enum",
            "make it a dataclass or a model, or use it in an @action",
        ),
    )


def _class_member(b: Builder, node: ast.expr, found: ClassMember) -> Expr:
    owner, raw, text = found.owner, found.raw, found.text
    if intrinsic_name(owner) is not None:
        return _intrinsic_member(b, node, found)
    if isinstance(raw, staticmethod):
        return emit(b, node, raw.__func__, text)
    if isinstance(raw, classmethod):
        return _bound(b, node, class_method(b, node, found), owner, None, text)
    if isinstance(raw, FunctionType) and not marks.is_action(raw):
        return function(b, node, raw, text, is_method=issubclass(b.unit.workflow, owner))
    if isinstance(raw, property):
        return b.refuse(node, _unreadable(text, "a property, which only an instance has"))
    check_attribute(b, node, found.name, is_known=True)
    return emit(b, node, raw, text)


def _intrinsic_member(b: Builder, node: ast.expr, found: ClassMember) -> Expr:
    name = class_method_name(found.owner, found.name)
    if name == "datetime.date.fromtimestamp":
        return b.refuse(node, refusals.MACHINE_TIMEZONE.named(found.text))
    if name is not None:
        return Intrinsic(name, span=b.span(node))
    if found.name in refusals.CLASS_METHODS:
        return b.refuse(node, refusals.CLASS_METHODS[found.name].named(found.text))
    value = getattr(found.owner, found.name)
    if isinstance(value, BuiltinMethodType | MethodType):
        return b.refuse(node, refusals.refusal_of(value, found.text))
    check_attribute(b, node, found.name)
    if not callable(value) and type(value).__name__ not in {"getset_descriptor", "member_descriptor", "property"}:
        return emit(b, node, value, found.text)
    owner = Intrinsic(intrinsic_name(found.owner) or "", span=b.span(node))
    return Attribute(owner, found.name, span=b.span(node))


def class_method(b: Builder, node: ast.expr, found: Any) -> Expr:
    """A reference to the function of a class method, compiled for the class it is called on."""
    owner = getattr(found, "owner", b.unit.workflow)
    target = found.raw.__func__
    text = ast.unparse(node)
    if not isinstance(target, FunctionType):
        return b.refuse(node, refusals.refusal_of(target, text))
    if target.__module__.partition(".")[0] == "pydantic":
        return b.refuse(
            node,
            Refusal(
                RefusalCode.UNSUPPORTED_OBJECT,
                f"{text} is pydantic's own code, which a workflow cannot run",
                f"construct it: `{owner.__name__}(**data)`, or do it in an @action and await it",
            ),
        )
    return function(b, node, target, text, bound=owner)


def _self_member(b: Builder, node: ast.expr, found: SelfMember) -> Expr:
    raw, name = found.raw, found.name
    text = f"{found.variable}.{name}"
    if name in {"run_action", "run"}:
        return b.refuse(
            node,
            Refusal(
                RefusalCode.UNSUPPORTED_OBJECT,
                f"{text} is not a value in a workflow",
                "await it where it stands: `await self.run_action(action(...))`; move shared steps into a method",
            ),
        )
    if isinstance(raw, property):
        return property_value(b, node, raw, found.variable, text)
    if isinstance(raw, staticmethod):
        return emit(b, node, raw.__func__, text)
    if isinstance(raw, classmethod):
        return _bound(b, node, class_method(b, node, found), b.unit.workflow, None, text)
    if marks.is_action(raw):
        return b.refuse(node, refusals.ACTION_OF_SELF.named(text))
    if isinstance(raw, FunctionType):
        return _bound(b, node, method(b, node, raw, text), None, found.variable, text)
    return _self_attribute(b, node, found, text)


def _self_attribute(b: Builder, node: ast.expr, found: SelfMember, text: str) -> Expr:
    raw, name = found.raw, found.name
    if raw is MISSING:
        check_attribute(b, node, name, is_known=True)
        b.compilation.self_reads.append((b.unit, node, name))
    elif hasattr(type(raw), marks.MAILBOX):
        b.compilation.registry.use(getattr(type(raw), marks.MAILBOX))
    elif isinstance(raw, type) or hasattr(type(raw), "__get__"):
        if not isinstance(raw, type):
            return b.refuse(node, _unreadable(text, f"a {type(raw).__name__}"))
        b.compilation.fixed.add(name)
        return emit(b, node, raw, text)
    else:
        value = emit(b, node, raw, text)
        if not isinstance(value, Const):
            b.compilation.fixed.add(name)
            return value
        b.compilation.constants[name] = value
    return Attribute(Local(found.variable, span=b.span(node)), name, span=b.span(node))


def _unreadable(text: str, what: str) -> Refusal:
    return Refusal(
        RefusalCode.UNSUPPORTED_OBJECT,
        f"{text} is {what}, which a workflow cannot read",
        "make it a plain method or a constant",
    )


def method(b: Builder, node: ast.expr, raw: FunctionType, text: str) -> Expr:
    """A reference to a method of the workflow; it takes `self` as its first argument."""
    while marks.starts_runs(raw):  # the `run` of a decorated base class
        raw = vars(raw)["__wrapped__"]
    if raw.__module__.startswith("warren.sdk") and not hasattr(raw, marks.COMPILED):
        return b.refuse(
            node,
            Refusal(
                RefusalCode.UNSUPPORTED_OBJECT,
                f"{text} is for programs that start workflows, not for the workflow itself",
                "move shared steps into a method of your own; do what starts another run in an @action",
            ),
        )
    return function(b, node, raw, text, is_method=True)


def property_value(b: Builder, node: ast.expr, raw: property, variable: str, text: str) -> Expr:
    """Reading a property of the workflow is calling its getter."""
    if not isinstance(raw.fget, FunctionType):
        return b.refuse(node, _unreadable(text, "a property without a getter in Python"))
    getter = method(b, node, raw.fget, text)
    return Call(getter, (Local(variable, span=b.span(node)),), span=b.span(node))


def _super_member(b: Builder, node: ast.expr, name: str, raw: Any) -> Expr:
    variable = b.unit.self_name
    if isinstance(raw, property) and variable is not None and b.scope.owner(variable) is b.unit.scope:
        return property_value(b, node, raw, variable, f"super().{name}")
    if raw is MISSING or callable(raw) or isinstance(raw, classmethod | staticmethod):
        return b.refuse(
            node,
            Refusal(
                RefusalCode.UNSUPPORTED_OBJECT,
                f"super().{name} is only supported as a call",
                f"write `super().{name}(...)`",
            ),
        )
    return emit(b, node, raw, f"super().{name}")


def _bound(b: Builder, node: ast.expr, target: Expr, cls: type | None, variable: str | None, text: str) -> Expr:
    """A bound method as a value: a function that passes its arguments on, after `self` or the class."""
    if not isinstance(target, FunctionRef):
        return target
    if cls is not None:
        first = class_argument(b, node, cls)
        free: tuple[str, ...] = ()
    else:
        first = Local(variable or "self")
        scope = Scope(ast.Pass(), b.scope)
        capture(scope, variable or "self")
        free = tuple(scope.free)
    name = text.rpartition(".")[2]
    key = b.unit.nested_key(b.key, f"<bound {name}>")
    call = Call(target, (first, Starred(Local("arguments"))), (Keyword(Local("keywords")),), span=b.span(node))
    b.compilation.functions[key] = Function(
        name=name,
        qualname=f"{b.qualname}.<locals>.{name}",
        is_async=False,
        params=(Param("arguments", "args"), Param("keywords", "kwargs")),
        body=(Return(call, span=b.span(node)),),
        locals=("arguments", "keywords"),
        free=free,
        filename=b.source.filename,
        span=b.span(node),
    )
    return MakeFunction(key, span=b.span(node))


def class_argument(b: Builder, node: ast.expr, cls: type) -> Expr:
    """The class that a class method gets; inside it every use of it is resolved already."""
    if cls is b.unit.workflow:
        return TypeName(type_ref(cls), span=b.span(node))
    found = b.compilation.registry.use(cls)
    return Const(None, span=b.span(node)) if found is None else TypeName(found.ref, span=b.span(node))
