"""What somebody typed for a parameter, `name=3`: JSON or text, as the parameter's type decides.

Must not know where it was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from warren.contracts.tags import Json
from warren.ir.coercion import Coercion
from warren.ir.stand_ins import StandIns
from warren.ir.workflow import TypeDef

_MISFIT: Final = object()


class TypedText:
    """Reads what was typed for parameters: their type specs by name, and the classes that these name."""

    def __init__(self, parameters: Mapping[str, Json], types: Mapping[str, TypeDef]) -> None:
        self._parameters = parameters
        self._stand_ins = StandIns(types)

    def choose(self, name: str, data: Json, text: str) -> Json:
        """`data`, which is `text` read as JSON, or `text` itself.

        It is JSON unless only the text fits the parameter's type (`3` for a `str`). Where a number in both forms makes
        different values of one class, it is the text, which has every digit (`1.10` for a `Decimal`).
        """
        spec = _without(("code",), self._parameters.get(name))
        as_data, as_text = self._taken(spec, data), self._taken(spec, text)
        if as_data is as_text is _MISFIT:  # the error is about what it breaks: that the text is too long, say
            bare = _without(("code", "bounded"), spec)
            as_data, as_text = self._taken(bare, data), self._taken(bare, text)
        if as_data is _MISFIT:
            return data if as_text is _MISFIT else text
        is_number = isinstance(data, int | float) and not isinstance(data, bool)
        if is_number and as_text not in (_MISFIT, as_data) and _kind(as_text) == _kind(as_data):
            return text
        return data

    def _taken(self, spec: Json, value: Json) -> Json | object:
        """The value as the type makes it, or `_MISFIT`."""
        coercion = Coercion(self._stand_ins)
        taken = coercion.coerce(spec, value, "value")
        return _MISFIT if coercion.problems else taken


def _without(kinds: tuple[str, ...], spec: Json) -> Json:
    """The type without the user's validators (`code`), which see only what fits it, or without its constraints, too."""
    if not isinstance(spec, dict):
        return spec
    ((kind, inner),) = spec.items()
    if kind in kinds:
        return _without(kinds, inner[0])
    if kind == "union":
        return {kind: [_without(kinds, member) for member in inner]}
    if kind == "bounded":
        return {kind: [_without(kinds, inner[0]), inner[1]]}
    return spec


def _kind(value: Json | object) -> object:
    return value.get("$") if isinstance(value, dict) else type(value)
