"""What workflow code asks of its own history: how long it is, and to go on with a fresh one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NoReturn

from warren.contracts import wire
from warren.contracts.event_base import Event
from warren.engine.commands import Command, dump_commands
from warren.engine.guarded.guards import Guards
from warren.engine.run.transition import Transition
from warren.errors import ContinuesAsNew
from warren.ir.expressions import Param

Json = Any
CONTINUE: Final = "warren.continue_as_new"
SIZE: Final = "warren.history_size"
LENGTH: Final = "warren.history_length"


class FreshHistory:
    """The intrinsics of one executable. `params` are those of `run()` behind `self`."""

    __slots__ = ("_bind", "_guards", "_params", "_transition")

    def __init__(
        self,
        transition: Transition,
        guards: Guards,
        params: Sequence[Param],
        bind: Callable[[Mapping[str, Json]], dict[str, Json]],
    ) -> None:
        self._transition = transition
        self._guards = guards
        self._params = params
        self._bind = bind

    def table(self) -> dict[str, Callable[..., Any]]:
        """The intrinsics provided here."""
        return {
            CONTINUE: self.continue_as_new,
            SIZE: lambda: self._transition.run.history_size,
            LENGTH: lambda: self._transition.run.seq,
        }

    def continue_as_new(self, *args: Any, **kwargs: Any) -> NoReturn:
        """End the run with an exception that no `except Exception` stops, when the arguments fit `run()`.

        Raises:
            TypeError: there are too many arguments, or two for one parameter.
            InvalidInput: they are not those that a start may have.
            UnserializableValue: one cannot be sent.
        """
        encoded = {name: self._guards.payload(value, name) for name, value in self._by_name(args, kwargs).items()}
        raise ContinuesAsNew(self._bind(encoded))

    def _by_name(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Arguments by parameter, as a start has them."""
        places = [param.name for param in self._params if param.kind != "keyword"]
        if len(args) > len(places):
            raise TypeError(f"continue_as_new() takes {len(places)} positional arguments of run(), not {len(args)}")
        named = dict(zip(places, args, strict=False))
        for name in kwargs:
            if name in named:
                raise TypeError(f"continue_as_new() got multiple values for argument {name!r}")
        return named | kwargs


def bytes_of(event: Event, commands: Sequence[Command]) -> int:
    """How long a transition is in the history, in bytes of JSON."""
    return len(wire.dump(event)) + len(dump_commands(commands).encode())
