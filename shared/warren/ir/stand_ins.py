"""Stand-ins: the workflow's types as classes of pydantic's, made from their descriptions, without the user's code.

Plain JSON is checked against them as pydantic checks it against the user's own. What somebody has already encoded with
its class (`{"$": "model", ...}`) is an instance of the stand-in and keeps the form in which it came.
"""

from __future__ import annotations

import collections
import dataclasses
import typing
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, ForwardRef, Union

import typing_extensions
from pydantic import AliasChoices, AliasPath, BaseModel, ConfigDict, Field, RootModel, TypeAdapter, create_model
from pydantic.dataclasses import dataclass as pydantic_dataclass
from pydantic.dataclasses import rebuild_dataclass

from warren.contracts.class_names import short_name
from warren.contracts.encoded_records import BASES, users_bases
from warren.contracts.tags import Json
from warren.contracts.values import decode
from warren.errors import InvalidInput
from warren.ir.bounds import constrained
from warren.ir.enums import make_enum
from warren.ir.expressions import Const
from warren.ir.kept_values import InstanceOf, MadeAlready
from warren.ir.known_types import known_type
from warren.ir.scalars import SCALAR_TYPES
from warren.ir.spec_annotations import annotation_of
from warren.ir.spec_parts import code_in, is_made, secret_in
from warren.ir.tagged_values import TaggedValues
from warren.ir.workflow import FACTORIES, FieldDef, TypeDef

_ROOT_MODEL: Final = "pydantic.root_model:RootModel"
_CONTAINERS: Final[dict[str, Any]] = {
    "list": list,
    "set": set,
    "frozenset": frozenset,
    "sequence": Sequence,
    "deque": deque,
    "counter": typing.Counter,
    "dict": dict,
    "ordereddict": collections.OrderedDict,
    "defaultdict": defaultdict,
}


class StandIns:
    """The stand-ins of one program's types. `values` makes values of tagged JSON with them."""

    simple = SCALAR_TYPES
    containers = _CONTAINERS

    def __init__(self, definitions: Mapping[str, TypeDef]) -> None:
        self.definitions = definitions
        self._is_bounded = True
        self.values = TaggedValues(self)
        self._made: dict[str, Any] = {}
        self._names: dict[str, Any] = {}
        self._classes: list[Any] = []
        self._open: dict[str, str] = {}
        self._adapters: dict[int, tuple[Json, TypeAdapter[Any]]] = {}
        self._code: dict[int, tuple[Json, bool]] = {}
        self._secrets: dict[int, tuple[Json, bool]] = {}
        """All three by the identity of a spec, which is kept beside it."""

    def needs_code(self, spec: Json, value: Json) -> bool:
        """Whether checking the value against the spec needs the user's code. What has a class's tag was made by it."""
        found = self._code.get(id(spec))
        if found is None:
            found = self._code[id(spec)] = (spec, bool(code_in(spec, self.definitions)))
        return found[1] and not is_made(spec, value)

    def has_secret(self, spec: Json) -> bool:
        """Whether a secret is declared anywhere in the spec."""
        found = self._secrets.get(id(spec))
        if found is None:
            found = self._secrets[id(spec)] = (spec, secret_in(spec, self.definitions))
        return found[1]

    def adapter(self, spec: Json) -> TypeAdapter[Any]:
        """The validator of a spec; raises `InvalidInput` when pydantic cannot make one."""
        found = self._adapters.get(id(spec))
        if found is None:
            try:
                found = self._adapters[id(spec)] = (spec, TypeAdapter(self.annotation(spec)))
            except InvalidInput:
                raise
            except Exception as error:  # of pydantic, about classes that somebody else described
                raise InvalidInput(f"its type cannot be checked: {error!r:.300}") from error
        return found[1]

    # --- annotations --------------------------------------------------------------------------------------------------

    def annotation(self, spec: Json) -> Any:
        """The annotation that a spec is of."""
        return annotation_of(spec, self)

    def literal(self, value: Json) -> Any:
        """The value of an encoded one, of stand-ins where it has classes."""
        return decode(value, self.values)

    def described(self, ref: str) -> Any:
        """As `stand_in`."""
        return self.stand_in(ref)

    def other(self, kind: str, inner: Any) -> Any:
        """The annotations of constraints, of types that are the same everywhere, and of instances."""
        match kind:
            case "bounded":
                return self._constrained(inner[0], inner[1])
            case "known":
                name, *given = inner if isinstance(inner, list) else [inner]
                found = known_type(name)
                return found[tuple(map(self.annotation, given))] if given else found
            case "instance":
                return typing.Annotated[Any, InstanceOf(inner)]
        raise InvalidInput(f"unknown type spec {kind[:50]!r}")

    def _constrained(self, spec: Json, bounds: Mapping[str, Json]) -> Any:
        kept = (
            bounds if self._is_bounded else {name: bounds[name] for name in ("discriminator", "json") if name in bounds}
        )
        return constrained(self.annotation(spec), kept, self.values)

    def unbounded(self, ref: str, spec: Json) -> Any:
        """The annotation of a field of the class `ref` without its constraints, which assignments do not check."""
        self.stand_in(ref)  # with all that its fields are of, which have their constraints
        self._is_bounded = False
        try:
            return self.annotation(spec)
        finally:
            self._is_bounded = True

    def stand_in(self, ref: str) -> Any:
        """The stand-in of a described class, or a forward reference to it while it is being made."""
        if ref in self._open:
            return ForwardRef(self._open[ref])
        if ref not in self._made:
            definition = self.definitions.get(ref)
            if definition is None or definition.kind in {"exception", "workflow"}:
                return typing.Annotated[Any, InstanceOf(ref)]
            self._make(ref, definition)
        return self._made[ref]

    def _make(self, ref: str, definition: TypeDef) -> None:
        is_given = definition.kind == "dataclass" and "[" in ref
        origin: Any = self.stand_in(ref.partition("[")[0]) if is_given else None
        name = f"StandIn{len(self._names)}"
        self._open[ref] = name
        self._names[name] = None
        try:
            match definition.kind:
                case "enum":
                    made = make_enum(definition, self._constant)
                case "model":
                    made = self._model(definition)
                case "dataclass":
                    made = self._dataclass(definition)
                case "typed_dict":
                    made = self._typed_dict(definition)
                case _:
                    made = self._named_tuple(definition)
        finally:
            del self._open[ref]
        module, _, qualname = ref.partition(":")
        if definition.kind in {"dataclass", "named_tuple"}:
            qualname = qualname.partition("[")[0]  # their instances name their class only
        made.__module__, made.__qualname__ = module, qualname
        self._classes.append(made)
        if definition.kind in {"dataclass", "model"}:
            setattr(made, BASES, users_bases(definition.bases))
        if is_given:  # an instance says no more than its class
            made = Union.__getitem__((typing.Annotated[Any, MadeAlready(origin)], made))
        self._made[ref] = self._names[name] = made
        if not self._open:
            self._complete()

    def _complete(self) -> None:
        """Resolve the forward references of types that contain each other."""
        for made in self._classes:
            if typing_extensions.is_typeddict(made) or hasattr(made, "_fields"):
                made.__annotations__ = typing.get_type_hints(made, self._names, include_extras=True)
            elif dataclasses.is_dataclass(made) and not hasattr(made, "__pydantic_complete__"):
                hints = typing.get_type_hints(made, self._names, include_extras=True)
                for field in dataclasses.fields(made):
                    field.type = hints[field.name]
        for made in self._classes:
            if getattr(made, "__pydantic_complete__", True):
                continue
            if issubclass(made, BaseModel):
                made.model_rebuild(_types_namespace=self._names)
            else:
                rebuild_dataclass(made, _types_namespace=self._names)

    def _constant(self, value: Any) -> Any:
        return decode(value.encoded, self.values) if isinstance(value, Const) else None

    def _default(self, field: FieldDef) -> dict[str, Any]:
        if isinstance(field.default, Const):
            return {"default": self._constant(field.default)}
        if field.factory in FACTORIES:
            return {"default_factory": FACTORIES[field.factory]}
        if field.factory is not None:
            return {"default_factory": self._factory(field.factory)}
        return {}

    def _factory(self, name: str) -> Callable[[], Any]:
        def make() -> Any:
            made = self.stand_in(name) if name in self.definitions else None
            return made() if callable(made) else None  # made by code: a worker makes the whole

        return make

    def _model(self, definition: TypeDef) -> Any:
        config = _config(
            {"extra": definition.extra, "frozen": definition.frozen, **(definition.config or {})},
            protected_namespaces=(),
        )
        annotations = {field.name: self.annotation(field.spec) for field in definition.fields}
        if _ROOT_MODEL in definition.bases:
            config.pop("extra", None)
            base: Any = RootModel.__class_getitem__(annotations["root"])
            return type(base)(short_name(definition.ref), (base,), {"model_config": config, "__module__": __name__})
        fields: dict[str, Any] = {
            field.name: (annotations[field.name], Field(**self._options(field))) for field in definition.fields
        }
        base = type("Base", self._bases(definition, BaseModel), {"model_config": config, "__module__": __name__})
        return create_model(short_name(definition.ref), __base__=base, **fields)

    def _options(self, field: FieldDef) -> dict[str, Any]:
        options = self._default(field)
        if field.aliases is not None:
            paths = [AliasPath(*path) if len(path) > 1 else path[0] for path in field.aliases]
            options["validation_alias"] = AliasChoices(*paths)
        elif field.alias is not None:
            options["validation_alias"] = field.alias
        if not field.init:
            options["init"] = False
        return options

    def _bases(self, definition: TypeDef, fallback: type) -> tuple[type, ...]:
        found: list[type] = []
        for ref in definition.bases:
            known = self.definitions.get(ref)
            if known is None or known.kind != definition.kind or ref in self._open:
                continue
            base = self.stand_in(ref)
            if isinstance(base, type) and not any(issubclass(one, base) for one in found):
                found.append(base)
        return tuple(found) or (fallback,)

    def _dataclass(self, definition: TypeDef) -> Any:
        fields = [
            (
                field.name,
                self.annotation(field.spec),
                dataclasses.field(init=field.init, kw_only=True, compare=field.compare, **self._default(field)),
            )
            for field in definition.fields
        ]
        config = _config(definition.config or {})
        bases = tuple(base for base in self._bases(definition, object) if base is not object)
        made = dataclasses.make_dataclass(
            short_name(definition.ref),
            fields,
            bases=bases,
            namespace={"__module__": __name__},
            frozen=definition.frozen,
            eq=definition.eq,
            unsafe_hash=definition.unsafe_hash,
        )
        if definition.config is None:  # it has the configuration of the model around it, as pydantic does it
            return made
        return pydantic_dataclass(
            made, config=config, frozen=definition.frozen, eq=definition.eq, unsafe_hash=definition.unsafe_hash
        )

    def _typed_dict(self, definition: TypeDef) -> Any:
        kinds = (typing_extensions.Required, typing_extensions.NotRequired)
        fields = {field.name: kinds[field.optional][self.annotation(field.spec)] for field in definition.fields}
        make: Any = typing_extensions.TypedDict
        made = make(short_name(definition.ref), fields)
        if definition.config:
            made.__pydantic_config__ = _config(definition.config)
        return made

    def _named_tuple(self, definition: TypeDef) -> Any:
        fields = [(field.name, self.annotation(field.spec)) for field in definition.fields]
        made: Any = typing.NamedTuple(short_name(definition.ref), fields)  # type: ignore[misc]  # at run time
        values = {
            field.name: Field(**(self._default(field) or {"default": None}))  # made by code: as `_factory` has it
            for field in definition.fields
            if field.optional
        }
        made.__new__.__defaults__ = tuple(values.values())
        made._field_defaults = values
        return made


def _config(words: Mapping[str, Any], **more: Any) -> ConfigDict:
    made: Any = {**words, "arbitrary_types_allowed": True, **more}
    return made  # type: ignore[no-any-return]  # what it is at run time
