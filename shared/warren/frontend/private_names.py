"""Attributes whose names start with an underscore: which of them a workflow may reach, and what to write instead.

An underscore is how Python hides its machinery, and how people mark what is their own business. The first is refused;
the second is theirs: on `self`, and where a class of theirs defines the name. Must not know what attributes hold.
"""

from __future__ import annotations

import ast
import dataclasses

from pydantic import BaseModel

from warren.errors import RefusalCode
from warren.frontend.builder import Builder
from warren.frontend.compilation import Compilation
from warren.frontend.diagnostics import diagnostic
from warren.frontend.names import mangle
from warren.frontend.refusals import Refusal, underscore
from warren.frontend.unit import Unit
from warren.ir.intrinsics import DUNDER_ATTRIBUTES
from warren.prelude.asyncio_names import is_of_prelude


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
        b.compilation.private_sites.append((b.unit, node, actual))
    return actual


def check_private_sites(compilation: Compilation) -> None:
    """Refuse the private names that no class of the user's defines; when all classes are known."""
    for unit, node, name in compilation.private_sites:
        classes = [one for one in compilation.registry.classes.values() if _is_reached(one, unit)]
        if any(_keeps(cls, name) for cls in classes):
            refusal = _PYDANTIC.named(name)
        elif any(_defines(cls, name) for cls in classes):
            continue
        else:
            refusal = underscore(name, attribute=True)
        unit.diagnostics.append(diagnostic(unit.source, node, refusal))


_PYDANTIC = Refusal(
    RefusalCode.UNDERSCORE_NAME,
    "{name} is a private attribute of a pydantic model, which workflow code cannot reach",
    "make it a field without the underscore; `Field(default=..., exclude=True)` keeps it out of dumps",
)


def _is_reached(cls: type, unit: Unit) -> bool:
    """Whether the private names of a class are the function's business: those of the prelude are the prelude's."""
    return not is_of_prelude(cls) or is_of_prelude(unit.function)


def _keeps(cls: type, name: str) -> bool:
    return issubclass(cls, BaseModel) and name in cls.__private_attributes__


def _defines(cls: type, name: str) -> bool:
    fields = {field.name for field in dataclasses.fields(cls)} if dataclasses.is_dataclass(cls) else set()
    return name in fields or any(name in vars(base) for base in cls.__mro__[:-1])
