"""The user's classes, rebuilt from their descriptions: same name, same hierarchy, same fields, none of the user's code.

One table per program. It is also the value codec's resolver, so that what workers send becomes instances of these.
"""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ForwardRef

from pydantic import BaseModel, ConfigDict, Field, computed_field, create_model

from warren.contracts.class_names import python_name, short_name
from warren.contracts.encoded_records import BASES, users_bases
from warren.contracts.exceptions import initialise
from warren.contracts.instances import NO_STATE, State, construct_dataclass, construct_model
from warren.contracts.known_values import load_known
from warren.contracts.values import KEPT_TEXT, TAG, decode, kept_repr, kept_text
from warren.engine.classes.annotations import annotation
from warren.engine.classes.dataclass_making import base_of, rebuilt_dataclass
from warren.engine.classes.record_comparison import guard_dataclass, guard_hash, guard_identity, guarded_equality
from warren.engine.guarded.keys import Probe
from warren.engine.values.containers import DefaultDict, Deque
from warren.engine.values.dumps import DUMP_GUARD, own_dump, unread
from warren.engine.values.foreign import ConcretePath, named_tuple_class, new_foreign
from warren.engine.values.known_classes import existing_class, is_exception_ref, new_exception
from warren.engine.values.members import own_attributes
from warren.engine.values.ordered_set import OrderedFrozenSet, OrderedSet
from warren.engine.values.records import (
    MEMBERS,
    Instance,
    Members,
    Opaque,
    RecordModel,
    new_opaque,
)
from warren.errors import InvalidInput, MessageError
from warren.ir.enums import make_enum
from warren.ir.expressions import Const
from warren.ir.workflow import FACTORIES, FieldDef, TypeDef

if TYPE_CHECKING:
    from warren.engine.guarded.guards import Guards

_COMPUTED_WITH = frozenset({"zoneinfo:ZoneInfo", "datetime:timezone", "builtins:slice"})
"""Known classes whose values workflow code can have itself."""
_BASE_MODEL = "pydantic.main:BaseModel"
_VALIDATION_ERROR = "pydantic_core._pydantic_core:ValidationError"
_FACTORIES = FACTORIES | {"set": OrderedSet, "deque": Deque, "defaultdict": DefaultDict}


class TypeTable:
    """All classes that a program's values can have."""

    set_type: Callable[[list[Any]], Any] = OrderedSet
    frozenset_type: Callable[[list[Any]], Any] = OrderedFrozenSet
    deque_type: Callable[..., Any] = Deque
    defaultdict_type: Callable[..., Any] = DefaultDict

    def __init__(
        self, definitions: Mapping[str, TypeDef], function: Callable[[str], Callable[..., Any]], guards: Guards
    ) -> None:
        """`function` finds a compiled function of the program by its key, once the program is linked; `guards` are the
        guards of its code.
        """
        self._guards = guards
        self._making: dict[str, str] = {}
        """The classes that are being made, and by which name others refer to them until then."""
        self._forward: dict[str, Any] = {}
        self._definitions = dict(definitions)
        self._function = function
        self._known: dict[str, Any] = {}
        self._opaque: dict[tuple[str, str], type] = {}
        self._methods: dict[str, Callable[..., Any]] = {}

    def get(self, ref: str) -> Any:
        """The class of a `TypeName`.

        Raises:
            MessageError: the program names a class that it does not describe, or one that cannot be rebuilt.
        """
        if ref not in self._known:
            if ref in self._making:
                raise MessageError(f"the class {ref} needs itself to be made, and cannot be rebuilt")
            self._making[ref] = f"Class{len(self._forward)}"
            self._forward[self._making[ref]] = None
            try:
                self._known[ref] = self._forward[self._making[ref]] = self._make(ref)
                if len(self._making) == 1:
                    self._complete()
            except (MessageError, InvalidInput):
                raise
            except Exception as error:  # of Python or pydantic, about classes that somebody else described
                raise MessageError(f"the class {ref} cannot be rebuilt: {error!r:.500}") from error
            finally:
                del self._making[ref]
        return self._known[ref]

    def field_type(self, ref: str) -> Any:
        """The class as the type of a field; a forward reference while it is being made, as it contains itself."""
        return ForwardRef(self._making[ref]) if ref in self._making else self.get(ref)

    def _complete(self) -> None:
        """Resolve the forward references."""
        for made in self._known.values():
            if isinstance(made, type) and issubclass(made, BaseModel) and not made.__pydantic_complete__:
                made.model_rebuild(_types_namespace=self._forward)

    def _get_for_value(self, ref: str) -> Any:
        """The class of a value that arrives."""
        try:
            return self.get(ref)
        except MessageError as error:
            raise InvalidInput(str(error)) from error

    def definition(self, ref: str) -> TypeDef | None:
        """The description of a class of the program."""
        return self._definitions.get(ref)

    def _describe(self, ref: str) -> bool:
        """Describe a generic model with parameters that nobody mentioned as the generic one; false if it is none."""
        generic = self._definitions.get(ref.partition("[")[0]) if "[" in ref else None
        if generic is None or generic.kind != "model":
            return False
        self._definitions[ref] = dataclasses.replace(generic, ref=ref, bases=(generic.ref, *generic.bases))
        return True

    # TypeResolver

    def build_enum(self, ref: str, name: str, value: Any) -> Any:
        """A member; of an unknown enum, a member of an enum of its own with just that one."""
        if ref in self._definitions:
            cls = self._get_for_value(ref)
            members = cls.__members__
            if name in members:
                return members[name]
            if issubclass(cls, enum.Flag):
                return cls(value)  # several of them
            raise InvalidInput(f"{ref} has no member {name!r} in this program; register the workflow again")
        key = (ref, name)
        if key not in self._opaque:
            self._opaque[key] = _named(enum.Enum(short_name(ref), {name: value}), ref)
        return self._opaque[key][name]  # type: ignore[index]  # an enum class

    def build_dataclass(self, ref: str, fields: dict[str, Any], state: State = NO_STATE) -> Any:
        """An instance with these fields, without running `__init__`."""
        cls = self._get_for_value(ref) if ref in self._definitions else self._opaque_class(ref, "dataclass")
        if issubclass(cls, Opaque):
            return new_opaque(cls, fields, None, state)
        return construct_dataclass(cls, fields, state)

    def build_model(
        self, ref: str, fields: dict[str, Any], fields_set: Sequence[str] | None, state: State = NO_STATE
    ) -> Any:
        """An instance with these fields, without running validators."""
        cls = self._get_for_value(ref) if ref in self._definitions or self._describe(ref) else None
        if cls is None or not issubclass(cls, RecordModel):
            return new_opaque(self._opaque_class(ref, "model"), fields, fields_set, state)
        made = construct_model(cls, fields, fields_set, state)
        if state.private is not None:
            object.__setattr__(made, "__pydantic_private__", state.private)
        return made

    def build_named_tuple(self, ref: str, fields: list[str], values: list[Any]) -> Any:
        """A tuple whose items have these names, too."""
        if len(fields) != len(values):
            raise InvalidInput(f"a {ref} has {len(fields)} items, not {len(values)}")
        return named_tuple_class(ref, tuple(map(str, fields)))(values)

    def build_foreign(self, data: dict[str, Any]) -> Any:
        """A value that is kept whole."""
        if data[TAG] == "known" and data["t"] in _COMPUTED_WITH:
            return load_known(data["t"], decode(data["v"], self))
        if data[TAG] in {"pydantic", "field"}:
            return new_foreign(data)
        return new_foreign(data, decode(data["v"], self))

    def build_path(self, text: str, is_concrete: bool) -> Any:
        """A path without a file system, which says that it had one."""
        return ConcretePath(text) if is_concrete else pathlib.PurePosixPath(text)

    def build_exception(self, ref: str, mro: Sequence[str], args: tuple[Any, ...], attributes: dict[str, Any]) -> Any:
        """An instance with these arguments and attributes, without running `__init__`."""
        cls = self.exception_class(ref, list(mro))
        error = new_exception(cls, args)
        initialise(error, args)
        for name, value in attributes.items():
            if not name.startswith("_"):
                with contextlib.suppress(AttributeError):  # a property by now
                    setattr(error, name, value)
        return error

    # classes

    def _make(self, ref: str) -> Any:
        if ref == _BASE_MODEL:
            return RecordModel
        definition = self._definitions.get(ref)
        if definition is None:
            found = existing_class(ref)
            if found is None:
                raise MessageError(f"the program names the class {ref} but does not describe it; register it again")
            return found
        match definition.kind:
            case "exception":
                made = self._exception(ref, definition.bases)
            case "dataclass":
                made = self._dataclass(definition)
            case "model":
                made = self._model(definition)
            case "enum":
                made = make_enum(definition, self._constant)
            case "named_tuple":
                return named_tuple_class(ref, tuple(field.name for field in definition.fields))
            case "typed_dict":
                return dict
            case _:
                made = type(short_name(ref), (Instance,), {})
        self._add_members(made, definition)
        setattr(made, BASES, users_bases(definition.bases))
        return _named(made, ref)

    def _add_members(self, made: Any, definition: TypeDef) -> None:
        """Class attributes, methods and properties, those of the bases included; special methods become real ones."""
        constants = {name: self._constant(value) for name, value in definition.constants.items()}
        methods = {name: self._late(key) for name, key in definition.methods.items()}
        if "__eq__" in methods:
            methods["__eq__"] = self._late_equality(definition.methods["__eq__"])
        members = Members(
            name=short_name(definition.ref),
            constants=constants,
            methods={name: made for name, made in methods.items() if not name.startswith("__")},
            properties={name: self._late(key) for name, key in definition.properties.items()},
            opaque=frozenset(definition.opaque),
        )
        setattr(made, MEMBERS, members)
        bases = [self._definitions[ref] for ref in definition.bases if ref in self._definitions]
        for name, value in own_attributes(definition, bases, members, methods).items():
            setattr(made, name, value)
            if isinstance(value, property):
                value.__set_name__(made, name)  # type: ignore[attr-defined]  # for its errors; typeshed has it not
        if "__hash__" in methods:
            guard_identity(made, self._guards)
        if definition.kind == "model":
            made.__class_vars__ |= set(definition.class_vars)

    def _late(self, key: str) -> Callable[..., Any]:
        """A compiled function, found when it is called: classes are made before functions are."""

        def call(*args: Any, **kwargs: Any) -> Any:
            return self._function(key)(*args, **kwargs)

        return self._methods.setdefault(key, call)  # one for all that inherit it: Python asks whether they are the same

    def _late_equality(self, key: str) -> Callable[..., Any]:
        """The same for an `__eq__`, which does not see the engine's own keys."""

        def equal(self: Any, other: Any) -> Any:
            return NotImplemented if other.__class__ is Probe else compiled(self, other)

        compiled = self._late(key)
        return self._methods.setdefault(f"{key}, equality", equal)

    def _constant(self, value: Any) -> Any:
        return decode(value.encoded, self) if isinstance(value, Const) else None

    def _bases(self, definition: TypeDef, fallback: type) -> tuple[type, ...]:
        """Direct bases: those of the hierarchy that no earlier one brings along."""
        bases: list[type] = []
        for ref in definition.bases:
            if ref in self._definitions and self._definitions[ref].kind == definition.kind:
                base = self.get(ref)
                if not any(issubclass(known, base) for known in bases):
                    bases.append(base)
        return tuple(bases) or (fallback,)

    def _dataclass(self, definition: TypeDef) -> Any:
        made = rebuilt_dataclass(definition, self._bases(definition, base_of(definition)), self._default, self._late)
        guard_dataclass(made, self._guards)
        return made

    def _default(self, field: FieldDef) -> dict[str, Any]:
        if field.factory is not None:
            return {"default_factory": self._factory(field.factory)}
        return {} if field.default is None else {"default": self._constant(field.default)}

    def _factory(self, name: str) -> Callable[[], Any]:
        if name in _FACTORIES:
            return _FACTORIES[name]
        if name in self._definitions:
            return lambda: self.get(name)()
        return self._late(name)

    def _model(self, definition: TypeDef) -> Any:
        fields: dict[str, Any] = {}
        for field in definition.fields:
            options: dict[str, Any] = {"exclude": field.exclude or None}
            if field.alias is not None:
                options["validation_alias"] = field.alias
            if field.serialization_alias is not None:
                options["serialization_alias"] = field.serialization_alias
            options |= self._default(field)
            fields[field.name] = (annotation(field.spec, self), Field(**options))
        config = ConfigDict(
            extra=definition.extra,  # type: ignore[typeddict-item]  # one of pydantic's own three words
            frozen=definition.frozen,
        )
        base = type(
            "Base",
            self._bases(definition, RecordModel),
            {
                "model_config": config,
                "__module__": __name__,
                "__warren_error__": staticmethod(self._invalid),
                "__warren_guards__": self._guards,
                "__warren_equality__": staticmethod(guarded_equality(BaseModel.__eq__, self._guards)),
                **{field.name: self._computed(definition, field) for field in definition.computed},
                **({DUMP_GUARD: own_dump(definition.ref)} if "model_dump" in definition.opaque else {}),
            },
        )
        made: Any = create_model(short_name(definition.ref), __base__=base, **fields)
        guard_hash(made, self._guards, tuple(fields))
        return made

    def _computed(self, definition: TypeDef, field: FieldDef) -> Any:
        key = definition.properties.get(field.name)
        read = self._late(key) if key is not None else unread(f"{short_name(definition.ref)}.{field.name}")
        return computed_field(return_type=Any, alias=field.serialization_alias, repr=field.repr)(property(read))

    def _invalid(self, text: str) -> Exception:
        error: Exception = self.exception_class(_VALIDATION_ERROR, [_VALIDATION_ERROR, "builtins:ValueError"])()
        setattr(error, KEPT_TEXT, text)
        return error

    def exception_class(self, ref: str, mro: list[str]) -> Any:
        """The class of an exception; one that the program does not describe is made from its hierarchy."""
        if ref in self._known or (ref in self._definitions and self._definitions[ref].kind == "exception"):
            return self.get(ref)
        found = existing_class(ref)
        if found is None or not (isinstance(found, type) and issubclass(found, BaseException)):
            found = self._exception(ref, [base for base in mro if base != ref])
        self._known[ref] = found
        return found

    def _exception(self, ref: str, rest: Sequence[str]) -> Any:
        return _named(
            type(short_name(ref), self._exception_bases(rest), {"__str__": kept_text, "__repr__": kept_repr}), ref
        )

    def _exception_bases(self, rest: Sequence[str]) -> tuple[type, ...]:
        bases: list[type] = []
        for index, ref in enumerate(rest):
            if ref in {"builtins:object", "builtins:BaseException"} or not is_exception_ref(ref, rest[index:]):
                continue
            base = self.exception_class(ref, list(rest[index:]))
            if not any(issubclass(known, base) for known in bases):
                bases.append(base)
        return tuple(bases) or (Exception,)

    def _opaque_class(self, ref: str, tag: str) -> Any:
        key = (ref, tag)
        if key not in self._opaque:
            made = type(short_name(ref), (Opaque,), {"__warren_tag__": tag, "__warren_guards__": self._guards})
            self._opaque[key] = _named(made, ref)
        return self._opaque[key]


def _named(cls: Any, ref: str) -> Any:
    module, _, qualname = ref.partition(":")
    cls.__module__ = module
    cls.__qualname__ = qualname
    if "[" in qualname:
        cls.__name__ = python_name(ref)
    return cls
