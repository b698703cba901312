"""A user's dataclass rebuilt from its description: a real one, with the same flags and fields and none of its code.

Must not know where defaults and compiled functions come from.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Final

from warren.contracts.class_names import short_name
from warren.engine.values.records import CHECKS, SLOTS, Record, RunRecord
from warren.ir.intrinsics import PRELUDE_PACKAGE
from warren.ir.workflow import FieldDef, TypeDef

_POST_INIT: Final = "__post_init__"


def base_of(definition: TypeDef) -> type:
    """What a dataclass is derived from that has no base of the program's."""
    return RunRecord if definition.ref.startswith(f"{PRELUDE_PACKAGE}.") else Record


def rebuilt_dataclass(
    definition: TypeDef,
    bases: tuple[type, ...],
    default_of: Callable[[FieldDef], dict[str, Any]],
    late: Callable[[str], Callable[..., Any]],
) -> Any:
    """The class. `default_of` gives a field's default or factory, `late` a compiled function by its key."""
    fields = [(field.name, Any, _field(field, default_of(field))) for field in definition.fields]
    own: dict[str, Any] = {SLOTS: frozenset(name for name, _, _ in fields) if definition.slots else None}
    if _POST_INIT in definition.methods:  # of the prelude: that of a user's class is run by a worker
        own[_POST_INIT] = late(definition.methods[_POST_INIT])
    return dataclasses.make_dataclass(
        short_name(definition.ref),
        fields,
        bases=bases,
        namespace=own | CHECKS.get(definition.ref, {}),
        unsafe_hash=definition.unsafe_hash,
        frozen=definition.frozen,
        eq=definition.eq,
        order=definition.order,
    )


def _field(field: FieldDef, default: dict[str, Any]) -> Any:
    return dataclasses.field(
        init=field.init, compare=field.compare, repr=field.repr, kw_only=field.keyword_only, **default
    )
