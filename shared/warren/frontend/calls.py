"""Calls: methods of `self`, `super()`, `run_action`, and the functions whose arguments the compiler must understand.

Every other call is a plain `Call`. Must not know statements.
"""

from __future__ import annotations

import ast
import inspect
import re
import string
import typing
from collections.abc import Callable
from types import FunctionType
from typing import Any

from warren.contracts import marks
from warren.contracts.values import encode
from warren.errors import RefusalCode, UnserializableValue
from warren.frontend import refusals
from warren.frontend.builder import Builder
from warren.frontend.children import ChildStart, visit_child, with_signal_name
from warren.frontend.comprehensions import comprehension
from warren.frontend.constants import constant, is_class_tuple
from warren.frontend.intrinsic_table import class_method_name, intrinsic_name
from warren.frontend.names import MISSING, ClassMember, Object, SelfMember, SelfValue, SuperMember, find
from warren.frontend.options import check_option, own_call
from warren.frontend.refusals import Refusal, underscore
from warren.frontend.values import (
    class_argument,
    class_method,
    emit,
    method,
    value_of,
    visit_attribute,
)
from warren.ir.expressions import Call, Const, Display, Expr, FunctionRef, Intrinsic, Keyword, Local, TypeName

_CONSUMERS = frozenset(
    {
        *("all", "any", "sum", "min", "max", "sorted", "list", "tuple", "set", "frozenset", "dict", "next", "bytes"),
        *("math.fsum", "math.prod", "dict.fromkeys", "functools.reduce"),
        *(
            "collections.Counter",
            "collections.OrderedDict",
            "collections.deque",
            "statistics.mean",
            "statistics.median",
        ),
        *("statistics.fmean", "statistics.mode", "statistics.multimode", "statistics.stdev", "statistics.pstdev"),
        *("heapq.nlargest", "heapq.nsmallest", "itertools.combinations", "itertools.permutations", "itertools.product"),
    }
)
_CONSUMING_METHODS = frozenset(
    {
        *("join", "extend", "update", "union", "intersection", "difference", "symmetric_difference"),
        *("issubset", "issuperset", "isdisjoint"),
        *("intersection_update", "difference_update", "symmetric_difference_update", "writelines"),
    }
)
_RUN_ACTION_OPTIONS = ("retry", "timeout")


def visit_call(b: Builder, node: ast.Call) -> Expr:
    """A call."""
    found = find(b, node.func)
    whole = find(b, node)  # `type(self)` is the workflow's class
    if whole is not None:
        return value_of(b, node, whole)
    match found:
        case SelfMember():
            return _call_self(b, node, found)
        case SuperMember(name, raw):
            return _call_super(b, node, name, raw)
        case ClassMember(raw=classmethod()):
            if intrinsic_name(found.owner) is None:
                function = class_method(b, node.func, found)
                return _plain(b, node, function, first=(class_argument(b, node.func, found.owner),))
        case ClassMember(name="fromtimestamp") if not _has_zone(node, found):
            return b.refuse(node, refusals.MACHINE_TIMEZONE.named(found.text))
        case ClassMember(raw=FunctionType()):
            return _plain(b, node, b.expr(node.func), allow_self=issubclass(b.unit.workflow, found.owner))
        case Object(value):
            special = _special(value)
            if special is not None:
                return special(b, node)
            return _call_object(b, node, found)
        case None if isinstance(node.func, ast.Attribute):
            child = visit_child(b, node)
            if child is None:
                return _call_method(b, with_signal_name(b, node), node.func)
            return (
                child.expression(b, node, _plain(b, child.call, child.ref)) if isinstance(child, ChildStart) else child
            )
    return _plain(b, node, b.expr(node.func), consumes=_is_consumer(found))


def _has_zone(node: ast.Call, found: ClassMember) -> bool:
    given = len(node.args) > 1 or any(keyword.arg in {"tz", None} for keyword in node.keywords)
    return given and class_method_name(found.owner, found.name) == "datetime.datetime.fromtimestamp"


def _is_consumer(found: Any) -> bool:
    return isinstance(found, ClassMember) and class_method_name(found.owner, found.name) in _CONSUMERS


def _plain(
    b: Builder,
    node: ast.Call,
    function: Expr,
    *,
    first: tuple[Expr, ...] = (),
    consumes: bool = False,
    allow_self: bool = False,
) -> Expr:
    """The call itself; `first` are arguments before the written ones."""
    if consumes and _awaits_later(node):
        consumes = False  # the generator would have to live across the await
    arguments = list(first)
    for number, argument in enumerate(node.args):
        if allow_self and not number and isinstance(find(b, argument), SelfValue) and isinstance(argument, ast.Name):
            arguments.append(Local(argument.id, span=b.span(argument)))
        else:
            arguments.append(_argument(b, argument, consumes))
    keywords = tuple(Keyword(_argument(b, keyword.value, consumes), keyword.arg) for keyword in node.keywords)
    return Call(function, tuple(arguments), keywords, span=b.span(node))


def _awaits_later(node: ast.Call) -> bool:
    """Whether an argument after a generator expression awaits."""
    written = [*node.args, *(keyword.value for keyword in node.keywords)]
    places = [number for number, one in enumerate(written) if isinstance(one, ast.GeneratorExp)]
    later = written[min(places) + 1 :] if places else []
    return any(isinstance(part, ast.Await) for one in later for part in ast.walk(one))


def _argument(b: Builder, node: ast.expr, consumes: bool) -> Expr:
    if consumes and isinstance(node, ast.GeneratorExp):
        return comprehension(b, node, "generator")
    return b.expr(node)


# --- self and super ---------------------------------------------------------------------------------------------------


def _call_self(b: Builder, node: ast.Call, found: SelfMember) -> Expr:
    raw, text = found.raw, f"{found.variable}.{found.name}"
    self_argument = Local(found.variable, span=b.span(node.func))
    if found.name == "run_action":
        return _run_action(b, node)
    if isinstance(raw, FunctionType) and found.name != "run" and not marks.is_action(raw):
        return _plain(b, node, method(b, node.func, raw, text), first=(self_argument,))
    if isinstance(raw, classmethod):
        function = class_method(b, node.func, found)
        return _plain(b, node, function, first=(class_argument(b, node.func, b.unit.workflow),))
    if isinstance(raw, type):
        return _call_object(b, node, Object(raw, text))
    return _plain(b, node, b.expr(node.func))


def _call_super(b: Builder, node: ast.Call, name: str, raw: Any) -> Expr:
    text = f"super().{name}"
    variable = b.unit.self_name
    is_base = raw is MISSING or not isinstance(raw, FunctionType) or _is_ours(raw)
    if name == "__init__" and is_base and b.unit.is_method and not (node.args or node.keywords):
        return Const(None, span=b.span(node))
    if isinstance(raw, staticmethod):
        return _plain(b, node, emit(b, node.func, raw.__func__, text))
    if isinstance(raw, classmethod):
        function = class_method(b, node.func, SelfMember("self", name, raw))
        return _plain(b, node, function, first=(class_argument(b, node.func, b.unit.workflow),))
    is_outermost = b.scope.function is b.unit.scope
    if isinstance(raw, FunctionType) and variable is not None and is_outermost:
        first = Local(variable, span=b.span(node.func))
        return _plain(b, node, method(b, node.func, raw, text), first=(first,))
    message = f"{text} does not exist in any base class of {b.unit.workflow.__name__}"
    if raw is not MISSING or variable is None or not is_outermost:
        message = f"{text} is not a method that can be compiled here"
    return b.refuse(
        node, Refusal(RefusalCode.UNDEFINED_NAME, message, "call the method by its class: `Base.method(self, ...)`")
    )


def _is_ours(function: FunctionType) -> bool:
    return function.__module__.startswith("warren.")


def _run_action(b: Builder, node: ast.Call) -> Expr:
    wanted = f"`self.run_action(action(...), {', '.join(f'{name}=...' for name in _RUN_ACTION_OPTIONS)})`"
    if len(node.args) != 1 or isinstance(node.args[0], ast.Starred):
        b.refuse(
            node, Refusal(RefusalCode.SIGNATURE, "run_action takes one call of an action, and options by name", wanted)
        )
    for keyword in node.keywords:
        if keyword.arg not in _RUN_ACTION_OPTIONS:
            name = "**" if keyword.arg is None else keyword.arg
            b.refuse(
                keyword,
                Refusal(RefusalCode.UNKNOWN_KEYWORD, f"run_action has no option {name!r}", f"the options are {wanted}"),
            )
        else:
            check_option(b, keyword.arg, keyword.value)
    call = _plain(b, node, Intrinsic("run_action", span=b.span(node.func)))
    first = call.args[0] if isinstance(call, Call) and call.args else None
    if isinstance(first, Call) and isinstance(first.func, FunctionRef) and b.compilation.is_async(first.func.function):
        b.refuse(node.args[0], own_call(b, first.func.function, ast.unparse(node.args[0])))
    return call


# --- methods of values ------------------------------------------------------------------------------------------------


def _call_method(b: Builder, node: ast.Call, function: ast.Attribute) -> Expr:
    if function.attr == "astimezone" and not node.args and not node.keywords:
        refusal = Refusal(
            RefusalCode.NONDETERMINISTIC,
            "astimezone() without a time zone depends on the machine's",
            "give it one: `moment.astimezone(UTC)`",
        )
        return b.refuse(node, refusal)
    field = _reaching_field(function)
    if field is not None:
        refusal = Refusal(
            RefusalCode.REFLECTION,
            f"the format string reaches for an attribute ({{{field}}})",
            f'write an f-string: `f"{{value.{field.rpartition(".")[2]}}}"`, or pass the attribute\'s value',
        )
        return b.refuse(function.value, refusal)
    return _plain(b, node, visit_attribute(b, function), consumes=function.attr in _CONSUMING_METHODS)


def _reaching_field(function: ast.Attribute) -> str | None:
    """The first field of a literal format string that reads an attribute, which the engine's `format` does not."""
    text = function.value
    if function.attr not in {"format", "format_map"} or not isinstance(text, ast.Constant):
        return None
    try:
        fields = [name or "" for _, name, _, _ in string.Formatter().parse(str(text.value))]
    except ValueError:  # which the run says in CPython's words
        return None
    return next((name for name in fields if "." in re.sub(r"\[[^\]]*\]", "", name)), None)


# --- objects ----------------------------------------------------------------------------------------------------------


def _call_object(b: Builder, node: ast.Call, found: Object) -> Expr:
    value, text = found.value, found.text
    name = intrinsic_name(value)
    if isinstance(value, typing.NewType) and len(node.args) == 1 and not node.keywords:
        return b.expr(node.args[0])
    function = emit(b, node.func, value, text)
    if name in {"getattr", "hasattr"} and len(node.args) > 1:
        literal = node.args[1]
        if isinstance(literal, ast.Constant) and isinstance(literal.value, str):
            if literal.value.startswith("_"):
                return b.refuse(literal, underscore(literal.value))
            b.compilation.attribute_names.add(literal.value)
    if name in {"json.dumps", "json.loads"} and any(keyword.arg == "cls" for keyword in node.keywords):
        option = "default=function" if name == "json.dumps" else "object_hook=function"
        refusal = Refusal(
            RefusalCode.UNKNOWN_KEYWORD, f"{text} takes no cls= in a workflow", f"give it a function: `{option}`"
        )
        return b.refuse(node, refusal)
    if name == "type" and (len(node.args) != 1 or node.keywords):
        return b.refuse(
            node,
            Refusal(
                RefusalCode.REFLECTION, "type() with three arguments makes a class", "define the class at module level"
            ),
        )
    if isinstance(function, TypeName):
        folded = _folded(b, node, value)
        if folded is not None:
            return folded
        _check_construction(b, node, function.ref)
    return _plain(b, node, function, consumes=name in _CONSUMERS)


def construction(b: Builder, node: ast.expr, name: TypeName) -> Expr:
    """The instance that `raise Class` makes, where making it is more than setting `args`."""
    described = b.compilation.registry.types.get(name.ref)
    if described is None or described.constructible:
        return name
    _check_construction(b, node, name.ref)
    return Call(name, span=b.span(node))


def _check_construction(b: Builder, node: ast.expr, ref: str) -> None:
    described = b.compilation.registry.types.get(ref)
    if described is None or described.constructible or b.is_async or described.kind == "enum":
        return
    b.refuse(
        node,
        Refusal(
            RefusalCode.CONSTRUCTION,
            f"constructing {ref.rpartition(':')[2]} runs code of its own (validators, __init__, computed "
            "fields), which a worker has to do, and a plain function cannot wait for that",
            "construct it in an async method or in run(), or in an @action",
        ),
    )


def _folded(b: Builder, node: ast.Call, cls: type) -> Expr | None:
    """A policy of ours whose arguments are all known now is made now, with its checks."""
    if not cls.__module__.startswith("warren.sdk") or any(keyword.arg is None for keyword in node.keywords):
        return None
    positional = [_known(b, argument) for argument in node.args]
    named = {keyword.arg or "": _known(b, keyword.value) for keyword in node.keywords}
    if MISSING in positional or any(value is MISSING for value in named.values()):
        return None
    try:
        return Const(encode(cls(*positional, **named)), span=b.span(node))
    except UnserializableValue:
        return None
    except (TypeError, ValueError) as error:
        signature = str(inspect.signature(cls)).replace(" -> None", "")
        return b.refuse(node, Refusal(RefusalCode.SIGNATURE, str(error), f"write `{cls.__name__}{signature}`"))


def _known(b: Builder, node: ast.expr) -> Any:
    """The value of a literal, a list or tuple of such, a class or a captured constant; else MISSING."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.List | ast.Tuple):
        items = [_known(b, item) for item in node.elts]
        return MISSING if MISSING in items else tuple(items)
    found = find(b, node)
    if isinstance(found, Object):
        is_known = isinstance(found.value, type) or constant(found.value, b.compilation.registry.use) is not None
        return found.value if is_known else MISSING
    return MISSING


# --- functions whose arguments matter ---------------------------------------------------------------------------------


def _special(value: Any) -> Callable[[Builder, ast.Call], Expr] | None:
    for function, handler in _SPECIAL:
        if value is function:
            return handler
    return None


def _cast(b: Builder, node: ast.Call) -> Expr:
    values = {keyword.arg: keyword.value for keyword in node.keywords}
    written = node.args[1] if len(node.args) == 2 else values.get("val")
    return b.expr(written) if written is not None else _plain(b, node, Const(None))


def _assert_type(b: Builder, node: ast.Call) -> Expr:
    return b.expr(node.args[0]) if node.args else Const(None)


def _check_class(b: Builder, node: ast.Call) -> Expr:
    function = b.expr(node.func)
    if len(node.args) != 2 or node.keywords:
        return _plain(b, node, function)
    return Call(function, (b.expr(node.args[0]), _classes(b, node.args[1])), span=b.span(node))


def _classes(b: Builder, node: ast.expr) -> Expr:
    """The second argument of `isinstance`: a class, a tuple of them, or a union, which becomes a tuple."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return Display("tuple", (_classes(b, node.left), _classes(b, node.right)), span=b.span(node))
    if isinstance(node, ast.Tuple):
        return Display("tuple", tuple(_classes(b, item) for item in node.elts), span=b.span(node))
    if isinstance(node, ast.Constant) and node.value is None:
        return Call(Intrinsic("type"), (Const(None),), span=b.span(node))
    found = find(b, node)
    if isinstance(found, Object) and is_class_tuple(found.value):
        classes = constant(found.value, b.compilation.registry.use, b.span(node))
        if classes is not None:
            return classes
    return b.expr(node)


def _bare_super(b: Builder, node: ast.Call) -> Expr:
    return b.refuse(
        node,
        Refusal(
            RefusalCode.UNSUPPORTED_OBJECT,
            "super() is only supported as `super().method(...)`",
            "call the method at once",
        ),
    )


_SPECIAL: tuple[tuple[Any, Callable[[Builder, ast.Call], Expr]], ...] = (
    (isinstance, _check_class),
    (issubclass, _check_class),
    (typing.cast, _cast),
    (typing.assert_type, _assert_type),
    (super, _bare_super),
)
