"""What a workflow can be asked while it runs: `Signal[T]()` is a mailbox, `@signal` a handler, `@query` a question.

Updates are in `sdk.updates`. Must not know how a request reaches its run.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from warren.contracts import marks
from warren.frontend.requests import DeclaredRequests, DeclaredSignal
from warren.sdk.mailbox import Mailbox
from warren.sdk.updates import updates_in

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., None])
Q = TypeVar("Q", bound=Callable[..., Any])


class Inbox(Mailbox, Generic[T]):
    """The type of `self.approvals`: a mailbox whose payloads are of type `T`. For type checkers."""

    if TYPE_CHECKING:

        async def receive(self) -> T:
            """The next payload."""
            ...

        def receive_nowait(self) -> T:
            """The next payload."""
            ...


class Signal(Generic[T]):
    """A mailbox of a workflow: `approvals = Signal[Approval]()` in the class, `await self.approvals.receive()` in it.

    The attribute's name is the signal's. Without a type a payload is whatever its JSON says.
    """

    def __init__(self) -> None:
        self.name = ""

    def __init_subclass__(cls) -> None:
        raise TypeError("a Signal is declared as it is: `approvals = Signal[Approval]()`")

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @property
    def payload_type(self) -> Any:
        """The type of its payloads."""
        made: Any = getattr(self, "__orig_class__", None)
        return Any if made is None else made.__args__[0]

    @overload
    def __get__(self, instance: None, owner: type) -> Signal[T]: ...

    @overload
    def __get__(self, instance: object, owner: type) -> Inbox[T]: ...

    def __get__(self, instance: Any, owner: type) -> Any:
        """The signal itself of the class; of an instance, which only a run that goes on natively has, the mailbox."""
        if instance is None:
            return self
        return vars(instance).setdefault(self.name, Mailbox())

    def __repr__(self) -> str:
        return f"<Signal {self.name}>"


def signal(method: F) -> F:
    """Make a plain method of a workflow the handler of a signal of its name: it changes `self` when one arrives.

    It takes the payload as its only parameter, or nothing.

    Raises:
        TypeError: it is no plain method with at most one parameter besides `self`.
    """
    if not inspect.isfunction(method) or inspect.iscoroutinefunction(method):
        raise TypeError(
            f"@signal stands on a plain method, `def {getattr(method, '__name__', 'name')}(self, payload)`, which "
            "changes attributes of self; what awaits belongs into run()"
        )
    parameters = list(inspect.signature(method).parameters.values())[1:]
    kinds = {inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.POSITIONAL_ONLY}
    if len(parameters) > 1 or any(one.kind not in kinds for one in parameters):
        raise TypeError(
            f"@signal {method.__qualname__}: a signal has one payload: write `def {method.__name__}(self, payload)`"
        )
    vars(method)[marks.SIGNAL] = method
    return method


setattr(Signal, marks.MAILBOX, Mailbox)


def name_of_signal(value: Signal[Any] | Callable[..., None] | str) -> str:
    """The name of a signal that is given by it, by its handler or by its name; raises `TypeError` for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, Signal):
        return value.name
    if marks.is_signal(value):
        return value.__name__
    raise TypeError(f"a signal is given by its attribute of the workflow's class or by its name, not by {value!r:.100}")


def query(method: Q) -> Q:
    """Make a plain method of a workflow a query: it is asked about the run's state, open or ended, and changes nothing.

    Raises:
        TypeError: it is no plain method.
    """
    if not inspect.isfunction(method) or inspect.iscoroutinefunction(method):
        raise TypeError(
            f"@query stands on a plain method, `def {getattr(method, '__name__', 'name')}(self)`, which reads "
            "attributes of self and returns at once"
        )
    vars(method)[marks.QUERY] = method
    return method


def name_of_query(value: Callable[..., Any] | str) -> str:
    """The name of a query that is given by its method or by its name; raises `TypeError` for anything else."""
    if isinstance(value, str):
        return value
    if marks.is_query(value):
        return value.__name__
    raise TypeError(f"a query is given by its `@query` method or by its name, not by {value!r:.100}")


def requests_of(cls: type) -> DeclaredRequests:
    """What a workflow class can be asked, its bases included, in the order of the names."""
    found: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        found |= vars(base)
    signals = [_declared(name, value) for name, value in sorted(found.items()) if _is_signal(value)]
    queries = {name: value for name, value in sorted(found.items()) if marks.is_query(value)}
    return DeclaredRequests(signals, Mailbox, queries, updates_in(found))


def _is_signal(value: Any) -> bool:
    return isinstance(value, Signal) or marks.is_signal(value)


def _declared(name: str, value: Any) -> DeclaredSignal:
    if isinstance(value, Signal):
        return DeclaredSignal(name, value.payload_type)
    return DeclaredSignal(name, handler=value)
