"""`@update`: a method of a workflow that changes the run and answers, and the validator that may refuse it.

Must not know how a request reaches its run.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast, overload

from warren.contracts import marks
from warren.contracts.imported_types import ImportedTypes
from warren.contracts.plain import exception_message, exception_name
from warren.contracts.values import decode
from warren.errors import RunEnded, UpdateFailed, UserError

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
V = TypeVar("V", bound=Callable[..., None])


class UpdateMethod(Protocol[P, R_co]):
    """The type of an update, for type checkers: a method that has a `validator`."""

    def validator(self, method: V, /) -> V:
        """`@name.validator` above a plain method with the update's own parameters: what it raises refuses the update.

        Raises:
            TypeError: it is no plain method, or has other parameters.
        """
        ...

    @overload
    def __get__(self, instance: None, owner: type) -> UpdateMethod[P, R_co]: ...

    @overload
    def __get__(self, instance: object, owner: type) -> Callable[P, R_co]: ...

    def __get__(self, instance: Any, owner: type) -> Any:
        """The update itself of the class, the bound method of an instance."""
        ...


def update(method: Callable[Concatenate[Any, P], R]) -> UpdateMethod[P, R]:
    """Make a method of a workflow an update: it changes `self`, and who asked for it gets what it returns or raises.

    An `async def` runs beside `run()` and may await actions. `@name.validator` marks the method that may refuse it.

    Raises:
        TypeError: it is no method.
    """
    if not inspect.isfunction(method):
        raise TypeError(
            f"@update stands on a method, `def name(self, ...)` or `async def name(self, ...)`, not {method!r}"
        )
    if inspect.isgeneratorfunction(method) or inspect.isasyncgenfunction(method):
        raise TypeError(f"@update {method.__qualname__}: an update returns its answer; it does not yield")

    def validator(check: V) -> V:
        _check_validator(method, check)
        if marks.VALIDATOR in vars(method):
            raise TypeError(f"@{method.__name__}.validator: {method.__qualname__} has a validator already")
        vars(method)[marks.VALIDATOR] = check
        return cast(V, method) if check.__name__ == method.__name__ else check  # one name for both, as with properties

    vars(method)[marks.UPDATE] = method
    vars(method)["validator"] = validator
    return cast("UpdateMethod[P, R]", method)


def _check_validator(method: Any, check: Any) -> None:
    where = f"@{method.__name__}.validator"
    if not inspect.isfunction(check) or inspect.iscoroutinefunction(check) or inspect.isgeneratorfunction(check):
        raise TypeError(f"{where} stands on a plain method, which raises where the update shall be refused")
    expected, found = (list(inspect.signature(each).parameters)[1:] for each in (method, check))
    if expected != found:
        raise TypeError(
            f"{where}: {check.__qualname__} takes ({', '.join(found)}); it must take the parameters of the update, "
            f"({', '.join(expected)})"
        )


def updates_in(members: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The updates among a class's attributes, in the order of their names: each method and its validator, or None."""
    return {
        name: (value, vars(value).get(marks.VALIDATOR))
        for name, value in sorted(members.items())
        if marks.is_update(value)
    }


def name_of_update(value: Any) -> str:
    """The name of an update that is given by its method or by its name; raises `TypeError` for anything else."""
    if isinstance(value, str):
        return value
    if marks.is_update(value):
        return str(value.__name__)
    raise TypeError(f"an update is given by its `@update` method or by its name, not by {value!r:.100}")


def arguments_of(asked: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call of an update by name.

    Raises:
        TypeError: they do not fit its method; or there are positional ones, and it is given by its name.
    """
    if isinstance(asked, str):
        if args:
            raise TypeError(f"{asked!r} is given by its name: its arguments are given by their names, too")
        return dict(kwargs)
    try:
        bound = inspect.signature(asked).bind(None, *args, **kwargs)
    except TypeError as error:
        raise TypeError(f"{asked.__qualname__}: {error}") from None
    return dict(list(bound.arguments.items())[1:])


def update_failure(update: str, error: Any) -> UserError:
    """The exception for an update that raised, or that its run has left undone; `error` is an encoded exception."""
    cause = decode(error, ImportedTypes())
    if isinstance(cause, RunEnded):
        return cause
    text = f"{exception_name(error)}: {exception_message(error)}"
    failure = UpdateFailed(f"the update {update!r} raised {text}", error=error)
    failure.__cause__ = cause if isinstance(cause, BaseException) else None
    return failure
