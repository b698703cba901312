"""Dumping rebuilt models: sets of ours, computed fields, and serializers of the user's, which are not here.

Must not know how models are rebuilt.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pydantic import model_serializer
from pydantic_core import PydanticSerializationError

from warren.engine.values.limits import Stop
from warren.engine.values.ordered_set import OrderedFrozenSet, OrderedSet
from warren.errors import NotSupportedInWorkflow

DUMPS: Final = frozenset({"model_dump", "model_dump_json"})
DUMP_GUARD: Final = "warren_dump_guard"
"""Name of the serializer of a model that has its own where it comes from."""
_OWN = "has serializers of its own, which were not compiled with the workflow; dump it in an @action"


def dumping(method: Callable[..., Any]) -> Callable[..., Any]:
    """`model_dump` or `model_dump_json`, with sets as pydantic dumps its own."""

    def dump(*args: Any, **kwargs: Any) -> Any:
        kwargs = {"warnings": False} | kwargs  # which would be about our sets
        try:
            if method.__name__ == "model_dump" and kwargs.get("mode", "python") == "python":
                return _copied(method(*args, **kwargs))  # which passes on what it does not know
            return method(*args, **{"fallback": _plain} | kwargs)
        except PydanticSerializationError as error:
            if _OWN in str(error):
                name = str(error).partition(_OWN)[0].rpartition(":")[2].strip()
                raise Stop(NotSupportedInWorkflow(f"{name} {_OWN}")) from None
            raise

    return dump


def own_dump(ref: str) -> Any:
    """The serializer of a model whose own one is not here: an error, also where the model is a part of another."""

    def guard(self: Any) -> Any:
        raise ValueError(f"{ref.rpartition(':')[2]} {_OWN}")

    return model_serializer(mode="plain")(guard)


def unread(name: str) -> Callable[[Any], Any]:
    """The getter of a computed field that could not be compiled."""

    def read(self: Any) -> Any:
        raise Stop(NotSupportedInWorkflow(f"{name} was not compiled with the workflow; read it in an @action"))

    return read


def _copied(value: Any) -> Any:
    """The dump with sets of its own, like pydantic's."""
    if type(value) is dict:
        return {key: _copied(item) for key, item in value.items()}
    if type(value) in {list, tuple}:
        return type(value)(map(_copied, value))
    return type(value)(value) if isinstance(value, OrderedSet | OrderedFrozenSet) else value


def _plain(value: Any) -> Any:
    if isinstance(value, OrderedSet | OrderedFrozenSet):
        return list(value)
    raise PydanticSerializationError(f"Unable to serialize unknown type: {type(value)}")
