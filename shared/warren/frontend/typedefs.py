"""The workflow's types: what the engine must know of each user class that the workflow mentions or can receive.

A class is described once, with its bases by reference and, through annotations, the classes of its fields. Must not
know where classes are mentioned.
"""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import types
import typing
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

from pydantic import BaseModel

from warren.contracts.values import type_ref
from warren.frontend import models
from warren.frontend.annotations import is_record, spec_of, spec_of_field
from warren.frontend.constants import constant
from warren.frontend.hints import hints_of
from warren.frontend.intrinsic_table import intrinsic_name
from warren.frontend.record_types import describe_record, generic_ref
from warren.frontend.users_code import code_of, code_of_default, code_of_generator, is_defined, users_bases
from warren.ir.expressions import Const, Expr, TypeName
from warren.ir.intrinsics import ERROR_MODULES
from warren.ir.typedef_rules import is_public
from warren.ir.workflow import FACTORIES, FieldDef, Member, TypeDef
from warren.prelude.asyncio_names import is_coordination, is_of_prelude, of_asyncio

_RECORD_FLAGS = "__dataclass_params__"


class TypeRegistry:
    """Collects the types of one workflow in `types`, by reference.

    `compile_factory` turns the function of a `default_factory` into a key of the workflow's functions.
    """

    def __init__(self, compile_factory: Callable[[FunctionType], str]) -> None:
        self.types: dict[str, TypeDef] = {}
        self.classes: dict[str, type] = {}
        self.unresolved: dict[str, str] = {}
        """By reference of a class, which annotation in it cannot be resolved."""
        self._open: set[str] = set()
        self._compile_factory = compile_factory

    def use(self, cls: type) -> TypeName | None:
        """Name a class and describe it; None for one that is no exception, dataclass, model or enum."""
        cls = of_asyncio(cls)
        ref = type_ref(cls)
        if ref in self.types or ref in self._open:
            return TypeName(ref)
        if issubclass(cls, BaseException):
            describe = self._exception
        elif dataclasses.is_dataclass(cls):
            describe = self._dataclass
        elif issubclass(cls, BaseModel):
            describe = self._model
        elif isinstance(cls, enum.EnumMeta):
            describe = self._enum
        else:
            return None
        if issubclass(cls, BaseException) and cls.__module__ in ERROR_MODULES:
            return TypeName(ref)
        self._open.add(ref)
        self.classes[ref] = cls
        self.types[ref] = describe(cls, ref)
        return TypeName(ref)

    def reference(self, annotation: Any) -> str | None:
        """As `use`, for annotations, where a generic class stands with what it is given: the reference alone."""
        origin = typing.get_origin(annotation)
        kind = origin or annotation
        if origin is not None and getattr(annotation, "__parameters__", None):  # given nothing yet
            origin, annotation = None, kind
        if is_record(kind) or (origin is not None and dataclasses.is_dataclass(kind)):
            return self._generic(annotation, kind)
        if not isinstance(annotation, type) or is_coordination(annotation):
            return None
        name = self.use(annotation)
        return None if name is None else name.ref

    def _generic(self, annotation: Any, kind: Any) -> str:
        """A typed dictionary, a named tuple, or a dataclass whose type variables are given."""
        ref = generic_ref(annotation, self.reference)
        if ref not in self.types and ref not in self._open:
            self._open.add(ref)
            parameters = getattr(kind, "__parameters__", ())
            given = dict(zip(parameters, typing.get_args(annotation), strict=False))
            if isinstance(kind, type) and dataclasses.is_dataclass(kind):
                self.use(kind)
                self.types[ref] = self._dataclass(kind, ref, given)
            else:
                self.types[ref] = describe_record(kind, ref, given, self.reference, self._default)
        return ref

    def add_workflow(self, cls: type, constants: dict[str, Expr]) -> None:
        """Describe the class of `self`."""
        ref = type_ref(cls)
        self.types[ref] = TypeDef(ref=ref, kind="workflow", bases=_bases(cls), constants=constants)

    def _exception(self, cls: type, ref: str) -> TypeDef:
        own = {"__init__", "__new__"}
        return TypeDef(
            ref=ref,
            kind="exception",
            bases=_bases(cls),
            constants=self._constants(cls, ()),
            constructible=not any(own & set(vars(base)) for base in cls.__mro__ if base.__module__ != "builtins"),
        )

    def _dataclass(self, cls: type, ref: str, given: Mapping[Any, Any] = types.MappingProxyType({})) -> TypeDef:
        flags = getattr(cls, _RECORD_FLAGS)
        hints = self._hints(cls, ref)
        constructible = _is_plain_dataclass(cls)
        code = code_of(cls, hints)
        config = getattr(cls, "__pydantic_config__", None)  # without one, that of the model around it holds
        fields = []
        for field in dataclasses.fields(cls):
            default, factory, is_pure = self._default(field.default, field.default_factory, dataclasses.MISSING)
            constructible = constructible and is_pure
            code = code or code_of_default(field.name, default, factory, is_pure, self.types)
            fields.append(
                FieldDef(
                    name=field.name,
                    spec=spec_of(hints.get(field.name, Any), self.reference, given, cls),
                    default=default,
                    factory=factory,
                    init=field.init,
                    keyword_only=bool(field.kw_only),
                    compare=field.compare,
                    repr=field.repr,
                )
            )
        return TypeDef(
            ref=ref,
            kind="dataclass",
            bases=_bases(cls),
            fields=tuple(fields),
            constants=self._constants(cls, [field.name for field in fields]),
            frozen=flags.frozen,
            eq=flags.eq,
            order=flags.order,
            unsafe_hash=flags.unsafe_hash,
            slots=all("__slots__" in vars(base) for base in cls.__mro__[:-1]),
            constructible=constructible,
            match_args=tuple(getattr(cls, "__match_args__", ())),
            config=models.config_of(config) or (None if config is None else {}),
            code=code,
        )

    def _model(self, cls: type[BaseModel], ref: str) -> TypeDef:
        if not cls.__pydantic_complete__:
            with contextlib.suppress(Exception):  # a forward reference that cannot be resolved yet, or ever
                cls.model_rebuild()
        if not cls.__pydantic_complete__ and cls is not BaseModel:
            self.unresolved[ref] = f"a field of {cls.__qualname__} has an annotation that pydantic cannot resolve"
        constructible = models.is_plain(cls)
        code = code_of(cls, {})
        fields = []
        for name, info in cls.model_fields.items():
            default, factory, is_pure = self._default(
                models.MISSING if info.is_required() else info.default, info.default_factory, models.MISSING
            )
            constructible = constructible and is_pure
            code = code or code_of_default(name, default, factory, is_pure, self.types)
            alias = info.validation_alias or info.alias
            fields.append(
                FieldDef(
                    name=name,
                    spec=spec_of_field(info, self.reference, cls),
                    default=default,
                    factory=factory,
                    alias=alias if isinstance(alias, str) else None,
                    serialization_alias=info.serialization_alias or info.alias,
                    exclude=info.exclude is True,
                    init=info.init is not False,
                    keyword_only=True,
                    repr=info.repr,
                    aliases=models.aliases_of(alias),
                )
            )
        code = code or code_of_generator(cls.model_config, [field.spec for field in fields], self.types)
        return TypeDef(
            ref=ref,
            kind="model",
            bases=_bases(cls),
            fields=tuple(fields),
            constants=self._constants(cls, [*cls.model_fields, "model_config"]),
            frozen=bool(cls.model_config.get("frozen")),
            constructible=constructible,
            extra=cls.model_config.get("extra") or "ignore",
            computed=models.computed_fields(cls),
            config=models.config_of(cls.model_config),
            code=code,
            class_vars=tuple(sorted(filter(is_public, getattr(cls, "__class_vars__", ())))),
        )

    def _enum(self, cls: type, ref: str) -> TypeDef:
        members = []
        for name, member in cls.__members__.items():  # type: ignore[attr-defined]  # an EnumMeta has them
            value = constant(member.value, self.use)
            if isinstance(value, Const):
                members.append(Member(name, value, self._attributes(member)))
        own = {"__init__", "__new__", "_missing_"}
        return TypeDef(
            ref=ref,
            kind="enum",
            bases=_bases(cls),
            members=tuple(members),
            constructible=len(members) == len(cls.__members__)  # type: ignore[attr-defined]  # as above
            and not any(is_defined(base, name) for base in users_bases(cls) for name in own),
            match_args=(),
            code=code_of(cls, {}),
        )

    def _hints(self, cls: type, ref: str) -> dict[str, Any]:
        """The annotations of a class; those that cannot be resolved are noted."""
        unresolved: dict[str, str] = {}
        hints = hints_of(cls, unresolved)
        for name, reason in unresolved.items():
            self.unresolved[ref] = f"the annotation of {cls.__qualname__}.{name} cannot be resolved: {reason}"
        return hints

    def _attributes(self, member: Any) -> dict[str, Expr]:
        """What the enum's own `__init__` or `__new__` set on a member, as far as it is constant."""
        found = {name: self._constant(value) for name, value in vars(member).items() if is_public(name)}
        return {name: value for name, value in found.items() if value is not None}

    def _default(self, default: Any, factory: Any, missing: object) -> tuple[Expr | None, str | None, bool]:
        """The default, or the factory, and whether making the value runs no code that cannot be compiled."""
        if factory is not None and factory is not missing and factory is not models.MISSING:
            return self._factory(factory)
        if default is missing or default is models.MISSING:
            return None, None, True
        found = self._constant(default)
        if found is None and isinstance(default, list | dict | set) and not default:
            return None, type(default).__name__, True  # pydantic copies a mutable default
        return found, None, found is not None

    def _factory(self, factory: Any) -> tuple[Expr | None, str | None, bool]:
        if factory in FACTORIES.values():
            return None, factory.__name__, True
        if isinstance(factory, type) and intrinsic_name(factory) is not None:
            with contextlib.suppress(Exception):  # a class that cannot be called without arguments
                return self._constant(factory()), None, True
        if isinstance(factory, type):
            name = self.use(factory)
            if name is not None and (name.ref not in self.types or self.types[name.ref].constructible):
                return None, name.ref, True
        if isinstance(factory, FunctionType) and not factory.__code__.co_argcount:
            return None, self._compile_factory(factory), True
        return None, None, False

    def _constants(self, cls: type, fields: Any) -> dict[str, Expr]:
        found: dict[str, Expr] = {}
        for base in reversed(list(users_bases(cls))):
            for name, value in vars(base).items():
                found.pop(name, None)
                if not is_public(name) or name in fields or isinstance(value, type | FunctionType):
                    continue
                expression = self._constant(value)
                if expression is not None:
                    found[name] = expression
        return found

    def _constant(self, value: Any) -> Const | None:
        """A constant as plain data: what the engine may need before it can evaluate anything."""
        found = constant(value, self.use)
        return found if isinstance(found, Const) else None


def _bases(cls: type) -> tuple[str, ...]:
    return tuple(type_ref(base) for base in cls.__mro__[1:-1])


def _is_plain_dataclass(cls: type) -> bool:
    """Whether constructing it only sets fields, or it is one of Warren's own, whose checks the engine knows."""
    if cls.__module__.startswith("warren.sdk.") or is_of_prelude(cls):
        return True
    special = ("__post_init__", "__new__", "__setattr__", "__getattribute__", "__getattr__")
    if any(name in vars(base) and name != "__setattr__" for base in users_bases(cls) for name in special):
        return False
    owner = next(base for base in cls.__mro__ if "__init__" in vars(base))
    if vars(owner)["__init__"].__code__.co_filename != "<string>":
        return False  # somebody wrote it
    flags = vars(owner).get(_RECORD_FLAGS)
    frozen = getattr(cls, _RECORD_FLAGS).frozen
    has_setter = any("__setattr__" in vars(base) for base in users_bases(cls))
    has_only_fields = all(
        entry._field_type is dataclasses._FIELD or entry._field_type is dataclasses._FIELD_CLASSVAR  # type: ignore[attr-defined]  # the only way to see InitVar
        for entry in cls.__dataclass_fields__.values()  # type: ignore[attr-defined]  # a dataclass has them
    )
    return flags is not None and flags.init and has_only_fields and (frozen or not has_setter)
