"""Random classes: dataclasses, pydantic models, exceptions and mixins, with one or two levels of inheritance."""

from __future__ import annotations

import inspect
import random
from dataclasses import dataclass, field
from typing import Any

from tests.fuzz.members import MUTATING, ORDERING, plain_members, special_methods

Lines = list[str]
_MIXED = ("level", "half")
"""Names that each class may have as something else."""
_FACTORIES = ["list", "lambda: [1]", "lambda: [2, 3]"]
_WORDS = {"@property": "property", "@classmethod": "class", "@staticmethod": "static"}


@dataclass
class Made:
    """A class that was written."""

    name: str
    kind: str
    """`record`, `model`, `error` or `mixin`."""
    shadow: type
    """A class with the same bases and names, each with the word for what it is."""
    lines: Lines
    fields: dict[str, str] = field(default_factory=dict)
    """Parameters of the constructor, by name: the type."""
    positional: bool = True
    frozen: bool = False
    slots: bool = False
    eq: bool = True
    ordered: bool = False
    forbid: bool = False

    def what(self, name: str) -> str:
        """What the class has under the name: `constant`, `method`, `property`, `field` or nothing."""
        found = inspect.getattr_static(self.shadow, name, "")
        return found if isinstance(found, str) else ""

    def has(self, name: str) -> bool:
        """Whether somebody wrote this special method into the class or a base."""
        return bool(self.what("has" + name))


class ClassMaker:
    """Writes the classes of one module."""

    def __init__(self, choose: random.Random) -> None:
        self.random = choose
        self.made: list[Made] = []

    def hierarchy(self) -> list[Made]:
        """A few classes; each kind has a root of its own."""
        kinds = self.random.sample(["record", "record", "model", "error"], self.random.randint(1, 3))
        mixin = self._mixin() if self.random.random() < 0.4 else None
        for kind in kinds:
            family: list[Made] = []
            for _ in range(self.random.randint(1, 3)):
                family.append(self._class(kind, family, mixin))
                self.made.append(family[-1])
        return [mixin, *self.made] if mixin else self.made

    def _mixin(self) -> Made:
        members = plain_members(self.random, number="self.x", names=_MIXED, model=False)
        without = MUTATING | {"__eq__", "__repr__"}
        members |= special_methods(self.random, number="self.x", root="", without=without)
        lines = ["class Mixin:", *_indented(members or {"kind": ["kind = 'mixin'"]})]
        return Made("Mixin", "mixin", _shadow("Mixin", (), members, []), lines)

    def _class(self, kind: str, family: list[Made], mixin: Made | None) -> Made:
        name = f"{kind.capitalize()}{len(self.made)}"
        bases = [self.random.choice(family)] if family and self.random.random() < 0.85 else []
        more = [one for one in family if bases and not issubclass(bases[0].shadow, one.shadow)]
        more = [one for one in more if not issubclass(one.shadow, bases[0].shadow)]
        if more and self.random.random() < 0.5 and not (bases[0].slots or more[0].slots):
            bases += [one for one in more[:1] if one.frozen == bases[0].frozen]
        is_mixed = mixin is None or kind == "error" or any(issubclass(base.shadow, mixin.shadow) for base in bases)
        if mixin and not is_mixed and self.random.random() < 0.5:
            bases.insert(0, mixin)
        write = {"record": self._record, "model": self._model, "error": self._error}[kind]
        return write(name, bases)

    def _members(self, made: Made, bases: list[Made], number: str, without: set[str]) -> dict[str, Lines]:
        """The members; a root has those that the others' members use."""
        root = next((base.name for base in bases if base.kind != "mixin"), made.name)
        members = plain_members(self.random, number=number, names=_MIXED, model=made.kind == "model")
        if not any(base.kind == made.kind for base in bases):
            mark = ": ClassVar" if made.kind == "model" else ""
            members.setdefault("describe", ["def describe(self):", f"    return f'{{{number}}} {{self.kind}}'"])
            members["kind"] = [f"kind{mark} = {made.name!r}"]
        elif self.random.random() < 0.4:
            mark = ": ClassVar" if made.kind == "model" else ""
            members["kind"] = [f"kind{mark} = {made.name!r}"]
        if made.kind == "record" and bases and bases[-1].kind == "record" and self.random.random() < 0.2:
            base = bases[-1].name
            members["describe"] = ["def describe(self):", f"    return 'sub ' + {base}.describe(self)"]
        members |= special_methods(self.random, number=number, root=root, without=without)
        if not made.frozen and made.kind != "error" and self.random.random() < 0.3:
            members["grow"] = ["def grow(self, by):", "    self.x += by", "    self.tags.append(by)"]
        return members

    def _record(self, name: str, bases: list[Made]) -> Made:
        chance = lambda share: self.random.random() < share  # noqa: E731 - short
        parents = [base for base in bases if base.kind == "record"]
        made = Made(name, "record", object, [])
        made.frozen = parents[0].frozen if parents else chance(0.35)
        made.eq = chance(0.8)
        made.ordered = made.eq and chance(0.25)
        made.slots = not made.frozen and chance(0.25) and (not parents or (parents[0].slots and len(bases) == 1))
        unsafe = chance(0.1)
        kw_only = chance(0.15)
        without = {"__hash__"} if unsafe else set()
        without |= (ORDERING if made.ordered else set()) | (MUTATING if made.frozen else set())
        members = self._members(made, bases, "self.x", without)
        own = {"x": "int", "tags": "list"} if not parents else {}
        own |= {one: "int" if one == "y" else "str" for one in ("y", "word") if chance(0.4)}
        if parents and chance(0.2):
            own["x"] = "int"
        flags = [f"{word}={value}" for word, value in _flags(made, unsafe, kw_only)]
        decorator = f"@dataclass({', '.join(flags)})" if flags else "@dataclass"
        lines = [decorator, f"class {name}({', '.join(base.name for base in bases)}):".replace("()", "")]
        lines += ["    " + self._field(one, own[one]) for one in own]
        made.lines = [*lines, *_indented(members)] if own or members else [*lines, "    pass"]
        made.fields = {one: of for base in reversed(parents) for one, of in base.fields.items()} | own
        made.positional = not kw_only and all(base.positional for base in parents)
        made.shadow = _shadow(name, bases, members, list(own))
        return made

    def _field(self, name: str, kind: str) -> str:
        options = [f", {one}=False" for one in ("compare", "repr") if self.random.random() < 0.12]
        if kind == "list":
            return f"{name}: list = field(default_factory={self.random.choice(_FACTORIES)}{''.join(options)})"
        value = self.random.choice(["0", "1", "-2"] if kind == "int" else ["''", "'a'", "'b'"])
        return f"{name}: {kind} = field(default={value}{''.join(options)})" if options else f"{name}: {kind} = {value}"

    def _model(self, name: str, bases: list[Made]) -> Made:
        chance = lambda share: self.random.random() < share  # noqa: E731 - short
        parents = [base for base in bases if base.kind == "model"]
        made = Made(name, "model", object, [], positional=False)
        made.frozen = any(base.frozen for base in parents)
        config = []
        if not parents and chance(0.3):
            made.frozen = True
            config.append("frozen=True")
        extra = self.random.choice(["", "", "", "allow", "forbid", "ignore"])
        if extra:
            config.append(f"extra={extra!r}")
        without = {"__iter__", "__next__"} | (MUTATING if made.frozen else set())
        members = self._members(made, bases, "self.x", without)
        own = {"x": "int", "tags": "list"} if not parents else {}
        own |= {one: "int" if one == "y" else "str" for one in ("y", "word") if chance(0.4)}
        own = {one: of for one, of in own.items() if not any(one in base.fields for base in parents) or chance(0.3)}
        heads = (
            ", ".join(base.name for base in bases) if parents else ", ".join([*(b.name for b in bases), "BaseModel"])
        )
        lines = [f"class {name}({heads}):"]
        if config:
            lines.append(f"    model_config = ConfigDict({', '.join(config)})")
        aliased = {}
        for one, of in own.items():
            default = {"int": "1", "str": "'w'", "list": "[]"}[of]
            if of != "list" and one != "x" and chance(0.25):
                aliased[f"{one}_alias"] = of
                lines.append(f"    {one}: {of} = Field(default={default}, alias='{one}_alias')")
            elif chance(0.15) and of == "int":
                lines.append(f"    {one}: {of} = Field(default={default}, ge=-50)")
            else:
                lines.append(f"    {one}: {of} = {default}")
        if chance(0.15):
            members["check"] = [
                "@field_validator('x')",
                "@classmethod",
                "def check(cls, value):",
                "    return value + 1",
            ]
        if chance(0.1):
            members["model_post_init"] = ["def model_post_init(self, context):", "    self.tags.append('init')"]
        made.lines = [*lines, *_indented(members)] if len(lines) > 1 or members else [*lines, "    pass"]
        made.fields = {one: of for base in reversed(parents) for one, of in base.fields.items()}
        made.fields = {one: of for one, of in made.fields.items() if one not in own and f"{one}_alias" not in aliased}
        made.fields |= {one: of for one, of in own.items() if f"{one}_alias" not in aliased} | aliased
        made.shadow = _shadow(name, bases, members, list(own))
        return made

    def _error(self, name: str, bases: list[Made]) -> Made:
        made = Made(name, "error", object, [])
        inherited = bases[0].fields if bases else {}
        number = "self.code" if "code" in inherited else "len(self.args)"
        members: dict[str, Lines] = {}
        if not bases and self.random.random() < 0.5:
            number = "self.code"
            made.fields = {"code": "int", "note": "str"}
            members["__init__"] = ["def __init__(self, code=1, note='n'):", "    super().__init__(code, note)"]
            members["__init__"] += ["    self.code = code", "    self.note = note"]
        else:
            made.fields = dict(inherited)
        without = MUTATING | {"__repr__", "__format__"}
        members |= self._members(made, bases, number, without)
        heads = ", ".join(base.name for base in bases) or self.random.choice(["Exception", "ValueError", "KeyError"])
        made.lines = [f"class {name}({heads}):", *(_indented(members) or ["    pass"])]
        made.shadow = _shadow(name, bases, members, [])
        return made


def _flags(made: Made, unsafe: bool, kw_only: bool) -> list[tuple[str, bool]]:
    flags = {"frozen": made.frozen, "order": made.ordered, "slots": made.slots, "unsafe_hash": unsafe}
    found = [(word, True) for word, is_set in (flags | {"kw_only": kw_only}).items() if is_set]
    return found if made.eq else [*found, ("eq", False)]


def _shadow(name: str, bases: Any, members: dict[str, Lines], fields: list[str]) -> type:
    words: dict[str, Any] = dict.fromkeys(fields, "field")
    for member, lines in members.items():
        first = lines[0]
        words[member] = _WORDS.get(first, "method" if "def describe" in first or "k=2" in first else "other")
        if first.startswith(("kind", "level", "half")):
            words[member] = "constant"
    for word in [one for one in words if one.startswith("__")]:
        words[f"has{word}"] = words.pop(word)
    return type(name, tuple(base.shadow for base in bases) or (object,), words)


def _indented(members: dict[str, Lines]) -> Lines:
    return [line for lines in members.values() for line in ["", *("    " + one for one in lines)]]
