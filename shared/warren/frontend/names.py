"""What a name or a dotted name means, as far as it is known at compile time: an object, a member of a class or `self`.

Follows Python's rules: local variables (unknown here), the closure, the module's globals, the builtins; then attributes
of modules and classes. Must not know what may be done with what it finds.
"""

from __future__ import annotations

import ast
import builtins
import enum
import functools
import inspect
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from warren.frontend import bindings
from warren.frontend.builder import Builder
from warren.prelude.asyncio_names import of_asyncio


@dataclass(frozen=True)
class Object:
    """An object from outside the workflow's functions."""

    value: Any
    text: str


@dataclass(frozen=True)
class ClassMember:
    """An attribute of a class, as it lies in the class (a function, a property, a static method, a value)."""

    owner: type
    name: str
    raw: Any
    text: str


@dataclass(frozen=True)
class SelfValue:
    """The workflow itself; `variable` is how it is called here."""

    variable: str


@dataclass(frozen=True)
class SelfMember:
    """`self.name`; `raw` is what the class has under that name, or MISSING."""

    variable: str
    name: str
    raw: Any


@dataclass(frozen=True)
class SuperMember:
    """`super().name`; `raw` is what the classes after the current one have, or MISSING."""

    name: str
    raw: Any


@dataclass(frozen=True)
class Unknown:
    """A name that has no value now."""

    text: str
    message: str
    recommendation: str


Found = Object | ClassMember | SelfValue | SelfMember | SuperMember | Unknown
MISSING: Any = bindings.MISSING


def find(builder: Builder, node: ast.expr) -> Found | None:
    """What the expression names; None if it is a variable or any other computed value."""
    if isinstance(node, ast.Name):
        return _find_name(builder, node)
    if isinstance(node, ast.Attribute):
        return _find_attribute(builder, node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1 and not node.keywords:
        inner = find(builder, node.args[0])
        function = find(builder, node.func)
        if isinstance(inner, SelfValue) and isinstance(function, Object) and function.value is type:
            return Object(builder.unit.workflow, f"type({inner.variable})")
    return None


def mangle(builder: Builder, name: str) -> str:
    """The name as Python sees it inside a class: `__name` becomes `_Class__name`."""
    owner = builder.unit.owner
    if owner is None or not name.startswith("__") or name.endswith("__"):
        return name
    return f"_{owner.__name__.lstrip('_')}{name}"


def _find_name(builder: Builder, node: ast.Name) -> Found | None:
    unit, name = builder.unit, node.id
    owner = builder.scope.owner(name)
    if owner is not None:
        if owner is unit.scope and name not in owner.stored:
            if name == unit.self_name:
                return SelfValue(name)
            if unit.bound is not None and name == unit.bound_name:
                return Object(unit.bound, name)
        return None
    return _find_outside(builder, node)


def _find_outside(builder: Builder, node: ast.Name) -> Found:
    function, name = builder.unit.function, node.id
    actual = mangle(builder, name)
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=False))
    if actual in cells:
        cell = cells[actual]
        try:
            value = cell.cell_contents
        except ValueError:  # the variable is assigned later
            return _own_class(builder, name)
        builder.bind(node, name, value, bindings.of_cell(cell), holder=cell)
        return Object(of_asyncio(value), name)
    if actual in (variables := function.__globals__):
        value = variables[actual]
        builder.bind(node, name, value, lambda: variables.get(actual, MISSING), holder=variables, names=variables)
        return Object(of_asyncio(value), name)
    if hasattr(builtins, actual):
        return Object(getattr(builtins, actual), name)
    return _own_class(builder, name)


def _own_class(builder: Builder, name: str) -> Found:
    """A class that is being decorated has its name only afterwards."""
    for cls in builder.unit.workflow.__mro__[:-1]:
        if cls.__name__ == name:
            return Object(cls, name)
    return Unknown(
        name,
        f"{name} is not defined when the workflow is compiled, which is where its class statement stands",
        f"define {name} above the workflow, or assign it in every path before it is used",
    )


def _find_attribute(builder: Builder, node: ast.Attribute) -> Found | None:
    if _is_super(builder, node.value):
        return _super_member(builder, node.attr)
    base = find(builder, node.value)
    if isinstance(base, SelfValue):
        if node.attr == "__class__":
            return Object(builder.unit.workflow, ast.unparse(node))
        name = mangle(builder, node.attr)
        workflow = builder.unit.workflow
        raw = inspect.getattr_static(workflow, name, MISSING)
        if name != "run":  # which `@workflow` replaces
            read = functools.partial(inspect.getattr_static, workflow, name, MISSING)
            builder.bind(node, f"{workflow.__name__}.{name}", raw, read, holder=workflow)
        return SelfMember(base.variable, name, raw)
    value: Any = MISSING
    if isinstance(base, Object):
        value = base.value
    elif isinstance(base, ClassMember | SelfMember) and isinstance(base.raw, type):
        value = base.raw
    text = ast.unparse(node)
    if isinstance(value, ModuleType):
        return _of_module(builder, node, value, text)
    if isinstance(value, type):
        name = mangle(builder, node.attr)
        if name in {"__name__", "__qualname__"}:
            return Object(getattr(value, name), text)
        if isinstance(value, enum.EnumMeta) and name in value.__members__:
            return Object(value.__members__[name], text)
        raw = inspect.getattr_static(value, name, MISSING)
        if raw is MISSING:
            return Unknown(text, f"{value.__name__} has no attribute {node.attr!r}", "check the spelling")
        read = functools.partial(inspect.getattr_static, value, name, MISSING)
        builder.bind(node, text, raw, read, holder=value)
        return ClassMember(value, name, raw, text)
    return base if isinstance(base, Unknown) else None


def _of_module(builder: Builder, node: ast.Attribute, module: ModuleType, text: str) -> Found:
    name = node.attr
    value = getattr(module, name, MISSING)
    if value is MISSING:
        return Unknown(
            text,
            f"module {module.__name__} has no attribute {name!r} when the workflow is compiled",
            "check the spelling, or import the submodule at the top of the module",
        )
    builder.bind(node, text, value, lambda: getattr(module, name, MISSING), holder=module)
    return Object(of_asyncio(value), text)


def _is_super(builder: Builder, node: ast.expr) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.args and not node.keywords):
        return False
    function = find(builder, node.func)
    return isinstance(function, Object) and function.value is super


def _super_member(builder: Builder, name: str) -> Found:
    owner, workflow = builder.unit.owner, builder.unit.workflow
    order = list(workflow.__mro__)
    after = order[order.index(owner) + 1 :] if owner in order else []
    actual = mangle(builder, name)
    raw = next((vars(cls)[actual] for cls in after if actual in vars(cls)), MISSING)
    return SuperMember(actual, raw)
