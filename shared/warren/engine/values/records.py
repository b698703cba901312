"""Instances of the user's classes inside the engine: fields without the user's code.

Classes that the program describes are rebuilt as real dataclasses, models, enums and exceptions of the same name
(`engine.types`); a class that only a value mentioned becomes an `Opaque` of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import MethodType
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError

from warren.contracts.encoded_records import NotEncodable
from warren.contracts.instances import State
from warren.contracts.policies import check_policy
from warren.contracts.tags import KEPT_REPR, KEPT_TEXT, UNCOMPILED
from warren.contracts.values import encode
from warren.engine.values.closures import BoundMethod
from warren.engine.values.dumps import DUMPS, dumping
from warren.engine.values.limits import Stop
from warren.errors import NotSupportedInWorkflow

_MODEL_METHODS = frozenset({"model_copy", "model_fields_set", "model_extra"})


MEMBERS = "__warren_members__"
"""Class attribute of a rebuilt class: its `Members`."""


SLOTS = "__warren_slots__"
"""Class attribute of a rebuilt dataclass with slots: the only attributes that it can have."""


@dataclass(frozen=True, slots=True)
class Members:
    """What a rebuilt class defines besides fields: class attributes, compiled methods and properties, and the names
    that it defines in a way that could not be compiled."""

    name: str = ""
    constants: dict[str, Any] = field(default_factory=dict)
    methods: dict[str, Callable[..., Any]] = field(default_factory=dict)
    properties: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    opaque: frozenset[str] = frozenset()

    def has(self, name: str) -> bool:
        """Whether the class defines the name."""
        return any(name in names for names in (self.properties, self.methods, self.constants, self.opaque))

    def get(self, instance: Any, name: str) -> Any:
        """A method, bound, or a class attribute; AttributeError for what the class does not have."""
        if name in self.methods:
            return BoundMethod(instance, name, MethodType(self.methods[name], instance))
        if name in self.constants:
            return self.constants[name]
        if name in self.opaque:
            self.uncompiled(name)()
        raise AttributeError(f"'{type(instance).__name__}' object has no attribute '{name}'", name=name, obj=instance)

    def uncompiled(self, name: str) -> Callable[..., Any]:
        """What stands for a method that could not be compiled: it ends the run, but for a text that an exception of an
        action brought along.
        """

        def stop(*args: Any) -> Any:
            kept = getattr(args[0], _KEPT[name], None) if name in _KEPT else None
            if kept is None:
                message = f"{self.name}.{name} was not compiled with the workflow; call it inside an @action"
                raise Stop(NotSupportedInWorkflow(message))
            return kept

        setattr(stop, UNCOMPILED, True)
        return stop


_KEPT = {"__str__": KEPT_TEXT, "__repr__": KEPT_REPR}
_NO_MEMBERS = Members()


class Record:
    """Base of rebuilt dataclasses, of `self`, and of opaque values."""

    __slots__ = ()
    __warren_members__: ClassVar[Members]

    def __warren_attribute__(self, name: str) -> Any:
        members = getattr(type(self), MEMBERS, _NO_MEMBERS)
        if name in members.properties:
            return members.properties[name](self)
        fields = self.__dict__
        if name in fields:
            return fields[name]
        if name in getattr(self, "__dataclass_fields__", ()):  # one that `__init__` does not set: the class has it
            return getattr(self, name)
        return members.get(self, name)


class RunRecord(Record):
    """What coordinates the strands of one run, and so cannot leave it: a queue, a lock."""

    __slots__ = ()

    def __warren_encode__(self, _: Callable[[Any, str], Any]) -> Any:
        raise NotEncodable(
            f"{type(self).__name__} objects live inside their run and cannot be sent between processes; "
            "send what is in them"
        )


class Instance(Record):
    """`self` of a workflow: attributes that `__init__` and the methods set, class attributes behind them."""

    def __repr__(self) -> str:
        return f"<{type(self).__qualname__}>"


class Opaque(Record):
    """A value of a dataclass or model that the program does not mention: its attributes can be read and sent on.

    `rest` is what else it came with, as JSON: the fields set (`s`), the names of those attributes that are extra fields
    (`e`) or no fields (`x`), and private attributes (`p`).
    """

    __slots__ = ("__dict__", "rest")
    __warren_tag__: ClassVar[str] = "dataclass"
    __warren_guards__: ClassVar[Any]

    rest: dict[str, Any] | None

    def __warren_attribute__(self, name: str) -> Any:
        if name in self.__dict__:
            return self.__dict__[name]
        raise Stop(
            NotSupportedInWorkflow(
                f"{type(self).__name__}.{name}: only the fields of a class that the workflow does not mention are "
                "known. Annotate an action's result or a parameter of `run()` with it, or call it in an @action"
            )
        )

    def __warren_encode__(self, encode: Callable[[Any, str], Any]) -> Any:
        ref = f"{type(self).__module__}:{type(self).__qualname__}"
        fields = {name: encode(value, f".{name}") for name, value in self.__dict__.items()}
        encoded = {"$": self.__warren_tag__, "t": ref, "v": fields}
        for key, part in (self.rest or {}).items():
            encoded[key] = {name: fields.pop(name) for name in part if name in fields} if key in {"e", "x"} else part
        return encoded

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        self.__warren_guards__.budget.spend(1)
        return bool(self.__warren_guards__.equal(self.__dict__, other.__dict__))

    def __hash__(self) -> int:
        """Of the values: whether its class has a hash is not known here, and what comes in a set has one."""
        self.__warren_guards__.budget.spend(1)
        return hash((type(self), tuple(self.__dict__.values())))

    def __repr__(self) -> str:
        cls = type(self)
        return f"{cls.__name__ if '[' in cls.__qualname__ else cls.__qualname__}({', '.join(self._shown())})"

    def __str__(self) -> str:
        return " ".join(self._shown()) if self.__warren_tag__ == "model" else repr(self)

    def _shown(self) -> Iterator[str]:
        return (f"{name}={value!r}" for name, value in self.__dict__.items())


def new_opaque(cls: Any, fields: dict[str, Any], fields_set: Sequence[str] | None, state: State) -> Opaque:
    """A value of an opaque class."""
    made: Opaque = object.__new__(cls)
    made.__dict__.update(fields | state.extra | state.others)
    rest: dict[str, Any] = {} if fields_set is None else {"s": list(fields_set)}
    rest |= {key: list(names) for key, names in (("e", state.extra), ("x", state.others)) if names}
    if state.bases:
        rest["b"] = list(state.bases)
    if state.private is not None:
        rest["p"] = {name: encode(value) for name, value in state.private.items()}
    made.rest = rest or None
    return made


class RecordModel(BaseModel):
    """Base of rebuilt pydantic models."""

    model_config = ConfigDict(arbitrary_types_allowed=True, protected_namespaces=())
    __warren_error__: ClassVar[Callable[[str], Exception]]
    """Makes the workflow's own `ValidationError` from pydantic's text."""

    __warren_guards__: ClassVar[Any]
    __warren_equality__: ClassVar[Callable[[Any, Any], Any]]

    def __init__(self, /, **data: Any) -> None:
        type(self).__warren_guards__.copied(data.values())
        try:
            super().__init__(**data)
        except ValidationError as error:
            raise type(self).__warren_error__(str(error)) from None

    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]  # pydantic's mark: it need not call this one
    """Within another model, so that an error there has the path to the field, not an error in an error."""

    def __eq__(self, other: object) -> Any:
        return type(self).__warren_equality__(self, other)

    def __warren_attribute__(self, name: str) -> Any:
        members = getattr(type(self), MEMBERS, _NO_MEMBERS)
        if name in members.properties:
            return members.properties[name](self)
        if name in self.__dict__:  # before a method of that name, as with Python itself
            return self.__dict__[name]
        if name in DUMPS:
            return dumping(getattr(self, name))
        if name in _MODEL_METHODS or name in type(self).model_fields or name in (self.model_extra or {}):
            return getattr(self, name)
        if name in vars(BaseModel) and not members.has(name):
            raise Stop(
                NotSupportedInWorkflow(f"{type(self).__name__}.{name} is pydantic's own code; call it in an @action")
            )
        return members.get(self, name)


def check_retry_policy(policy: Any) -> None:
    """`__post_init__` of `RetryPolicy`, which is Warren's own: the same checks as at home."""
    names = check_policy(policy.attempts, policy.exception_types, policy.backoff_seconds)
    if names is not None:
        object.__setattr__(policy, "exception_types", names)


CHECKS: dict[str, dict[str, Callable[[Any], None]]] = {
    "warren.sdk.retry:RetryPolicy": {"__post_init__": check_retry_policy}
}
"""What a rebuilt dataclass of Warren's own runs when it is made."""
