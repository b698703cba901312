"""Attributes whose names start with an underscore: which of them a workflow may reach, and what to write instead.

An underscore is how Python hides its machinery, and how people mark what is their own business. The first is refused;
the second is theirs: on `self`, and where a class of theirs defines the name. Must not know what attributes hold.
"""

from __future__ import annotations

import ast
import dataclasses
from typing import TYPE_CHECKING

from pydantic import BaseModel

from warren.frontend.diagnostics import diagnostic
from warren.frontend.names import mangle
from warren.frontend.refusals import Refusal
from warren.ir.intrinsics import DUNDER_ATTRIBUTES

if TYPE_CHECKING:
    from warren.frontend.builder import Builder
    from warren.frontend.compiler import Compiler

_INSTEAD = {
    "__class__": "compare types with `isinstance(value, Class)` or `type(value)`; its name is `type(value).__name__`",
    "__dict__": "name the attributes, or use `model.model_dump()`, or `dataclasses.asdict(value)` of a dataclass",
    "__context__": "raise with `raise ... from error` and read `error.__cause__`",
    "__suppress_context__": "read `error.__cause__`",
    "__traceback__": "read `str(error)` or `repr(error)`; the traceback is in the run's history",
    "__notes__": "put it into the exception's message or an attribute of it",
    "__doc__": "keep the text in a constant",
    "__module__": "keep the text in a constant",
    "__len__": "write `len(value)`",
    "__iter__": "write `iter(value)`",
    "__next__": "write `next(iterator)`",
    "__getitem__": "write `value[key]`",
    "__setitem__": "write `value[key] = item`",
    "__contains__": "write `item in value`",
    "__str__": "write `str(value)`",
    "__repr__": "write `repr(value)`",
    "__eq__": "write `value == other`",
    "__members__": "write `list(Class)` for the members, `Class[name]` for one of them",
}


def check_attribute(b: Builder, node: ast.AST, name: str, *, is_known: bool = False) -> str:
    """The attribute's name as Python sees it; a private one is refused unless it is the user's own.

    `is_known` says that the workflow or a class of the user's has it.
    """
    if not name.startswith("_") or name in DUNDER_ATTRIBUTES:
        return name
    actual = mangle(b, name)
    if actual.startswith("_") and actual.endswith("_"):
        b.refuse(node, underscore(name, attribute=True))
    elif not is_known:
        b.compiler.private_sites.append((b.unit, node, actual))
    return actual


def check_private_sites(compiler: Compiler) -> None:
    """Refuse the private names that no class of the user's defines; when all classes are known."""
    for unit, node, name in compiler.private_sites:
        classes = compiler.registry.classes.values()
        if any(_keeps(cls, name) for cls in classes):
            refusal = _PYDANTIC.named(name)
        elif any(_defines(cls, name) for cls in classes):
            continue
        else:
            refusal = underscore(name, attribute=True)
        unit.diagnostics.append(
            diagnostic(
                unit.source, node, code=refusal.code, message=refusal.message, recommendation=refusal.recommendation
            )
        )


_PYDANTIC = Refusal(
    "underscore-name",
    "{name} is a private attribute of a pydantic model, which does not travel between processes",
    "make it a field without the underscore; `Field(default=..., exclude=True)` keeps it out of dumps",
)


def _keeps(cls: type, name: str) -> bool:
    return issubclass(cls, BaseModel) and name in cls.__private_attributes__


def _defines(cls: type, name: str) -> bool:
    fields = {field.name for field in dataclasses.fields(cls)} if dataclasses.is_dataclass(cls) else set()
    return name in fields or any(name in vars(base) for base in cls.__mro__[:-1])


def underscore(name: str, *, attribute: bool = False) -> Refusal:
    """The refusal of a private name."""
    public = name.strip("_")
    rename = f"rename it to {public!r}" if public.isidentifier() else "use a public name"
    instead = f"{'use a public attribute: ' if attribute else ''}{rename}, or do what needs it in an @action"
    if name.startswith("__") and name.endswith("__"):
        instead = _INSTEAD.get(name, "do what needs it in an @action and await it")
    return Refusal(
        "underscore-name",
        f"{'the attribute ' if attribute else ''}{name!r} starts with an underscore, which a workflow may not reach",
        instead,
    )
